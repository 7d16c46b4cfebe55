// Points over two axes of which one at least was sampled from a range: every point where it lies, coloured by the figure

/** Round places on the scale of an axis, with words. */
function placesOn(d, count) {
  const say = v => d.unit === 's' ? (v >= 3600 ? figure(v / 3600) + NB + 'h' : v >= 60 ? figure(v / 60) + NB + 'min' : figure(v) + NB + 's') : d.unit === 'W' ? kilowatts(v) : figure(v) + (d.unit ? NB + d.unit : '');
  const low = Math.min(...d.numbers), high = Math.max(...d.numbers);
  if (!d.log || !(low > 0)) return nice(low, high, count).map(v => [v, say(v)]);
  const seconds = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600, 43200, 86400];
  const all = d.unit === 's' && low >= 1 ? seconds : Array.from({ length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 }, (_, i) => 10 ** (Math.floor(Math.log10(low)) + i)).flatMap(v => [v, 2 * v, 5 * v]);
  const inside = all.filter(v => v >= low * .999 && v <= high * 1.001), every = Math.max(1, Math.ceil(inside.length / count));
  return inside.filter((_, i) => i % every === 0).map(v => [v, say(v)]);
}

/** Words along an edge, less those that would run into the one before. */
function apart(places) {
  let last = -Infinity;
  return places.filter(([at]) => { const fits = Math.abs(at - last) >= 40; if (fits) last = at; return fits; });
}

function scatter(x, y, rows, caption, low, high, measure, actionsOf, width) {
  const height = Math.max(300, Math.min(420, width * .62)), left = 86, right = 18, top = 26, bottom = 46, edge = 14, f = v => v.toFixed(1);
  const scale = (d, from, to) => {
    if (!d.continuous) { const each = (to - from) / d.values.length; return { at: row => from + (d.values.indexOf(d.of(row)) + .5) * each, places: d.words.map((word, i) => [from + (i + .5) * each, word]) }; }
    const log = d.log && Math.min(...d.numbers) > 0, of = v => log ? Math.log(v) : v;
    const places = placesOn(d, 5), ends = [...d.numbers, ...(log ? [] : places.map(([v]) => v))].map(of), a = Math.min(...ends), b = Math.max(...ends);
    const at = v => (from + Math.sign(to - from) * edge) + (b > a ? (of(v) - a) / (b - a) : .5) * (to - from - 2 * edge * Math.sign(to - from));
    return { at: row => at(d.numbers[d.values.indexOf(d.of(row))]), places: apart(places.map(([v, word]) => [at(v), word])) };
  };
  const across = scale(x, left, width - right), down = scale(y, height - bottom, top);
  return h('div', { class: 'panel plot' }, h('h3', { class: 'torn' }, caption), s('svg', { viewBox: '0 0 ' + f(width) + ' ' + f(height), height: f(height), role: 'group', 'aria-label': caption + ' over ' + x.name + ' and ' + y.name },
    across.places.map(([at, word]) => [s('line', { class: 'grid', x1: f(at), x2: f(at), y1: top, y2: height - bottom }), s('text', { x: f(at), y: f(height - bottom + 17), 'text-anchor': 'middle' }, word)]),
    down.places.map(([at, word]) => [s('line', { class: 'grid', x1: left, x2: width - right, y1: f(at), y2: f(at) }), s('text', { x: left - 8, y: f(at + 4), 'text-anchor': 'end' }, word)]),
    s('text', { x: f((left + width - right) / 2), y: f(height - 6), 'text-anchor': 'middle' }, x.name),
    s('text', { x: left, y: 14 }, '↑ ' + y.name),
    rows.map(row => {
      const value = valueOf(measure, row), actions = actionsOf(row);
      const colour = value === null ? 'var(--page)' : rgb(rampColour(high > low ? (value - low) / (high - low) : 1));
      return s('g', { ...actions, role: 'img', transform: 'translate(' + f(across.at(row)) + ' ' + f(down.at(row)) + ')' }, s('circle', { r: 7.5, fill: colour, stroke: 'var(--ink)', 'stroke-width': value === null ? 1 : .8, 'stroke-dasharray': value === null ? '2 2' : null }));
    })));
}
