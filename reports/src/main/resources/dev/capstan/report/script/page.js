const data = JSON.parse(document.getElementById('data').textContent);
const tip = document.getElementById('tip');
const byId = id => document.getElementById(id);
const darkScheme = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (document.documentElement.dataset.theme || (darkScheme.matches ? 'dark' : 'light')) === 'dark';
const template = document.createElement('template');
template.innerHTML = '<svg></svg>';
const svgSpace = template.content.firstChild.namespaceURI;

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) node.append(child);
  return node;
}
const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
const s = (name, attributes, ...children) => fill(document.createElementNS(svgSpace, name), attributes, children);

function select(label, options, value, onchange) {
  return h('label', {}, label, h('select', { onchange: event => onchange(event.target.value) },
    options.map(([key, text]) => h('option', { value: key, selected: String(key) === String(value) }, text))));
}

function point(event, text) {
  tip.textContent = text;
  tip.hidden = false;
  const box = event.target.getBoundingClientRect();
  const x = event.clientX === undefined || event.type === 'focus' ? box.left + box.width / 2 : event.clientX;
  const y = event.clientX === undefined || event.type === 'focus' ? box.bottom : event.clientY + 14;
  const size = tip.getBoundingClientRect();
  tip.style.left = Math.max(6, Math.min(innerWidth - size.width - 6, x + 10)) + 'px';
  tip.style.top = (y + size.height > innerHeight - 6 ? Math.max(6, y - size.height - 30) : y) + 'px';
}
const unpoint = () => { tip.hidden = true; };

// Colour: lightness falls (or, on dark, rises) steadily with the value, so it reads in grey and without red and green

const ramps = {
  light: [[255, 243, 207], [190, 222, 201], [95, 183, 181], [44, 122, 155], [23, 64, 109]],
  dark: [[58, 42, 64], [66, 74, 122], [51, 120, 150], [98, 179, 158], [240, 228, 150]],
};
function rampColour(share) {
  const stops = ramps[isDark() ? 'dark' : 'light'];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1), low = Math.min(stops.length - 2, Math.floor(at));
  return stops[low].map((c, i) => Math.round(c + (stops[low + 1][i] - c) * (at - low)));
}
const rgb = c => 'rgb(' + c.join(',') + ')';
function luminance(c) {
  const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
  return .2126 * r + .7152 * g + .0722 * b;
}
// Black and white have the same contrast, 4.58, where (L + .05)² = .05 · 1.05: at least 4.5 on every colour.
const inkOn = c => luminance(c) > .179 ? '#000000' : '#ffffff';

function nice(low, high, count) {
  if (!(high > low)) { high = low + 1; }
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map(m => m * power).find(v => v >= raw);
  const ticks = [];
  for (let k = Math.floor(low / step); k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
  if (ticks[ticks.length - 1] < high) ticks.push(Number(((Math.floor(low / step) + ticks.length) * step).toPrecision(12)));
  return ticks;
}

const outlines = [
  'M0-5a5 5 0 1 0 .01 0Z', 'M-4.4-4.4h8.8v8.8h-8.8Z', 'M0-5.6 5.2 4.2h-10.4Z', 'M0-6 6 0 0 6-6 0Z', 'M0 5.6 5.2-4.2h-10.4Z',
  'M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z', 'M-5.4-2.2 0-6 5.4-2.2 3.4 4.6h-6.8Z', 'M-6-3h12v6h-12Z',
];
const mark = policy => ({ d: outlines[policy % outlines.length], colour: 'var(--c' + (policy % 8) + ')' });

const policyKey = i => h('span', {}, s('svg', { width: 14, height: 14, viewBox: '-7 -7 14 14', 'aria-hidden': 'true' }, s('path', { d: mark(i).d, fill: mark(i).colour })), policyNames[i]);
