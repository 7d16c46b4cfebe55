// Timeline

let showTimeline = () => {};
function timelines() {
  const host = byId('timeline-plot'), controls = byId('timeline-controls'), legend = byId('timeline-legend');
  if (!data.timelines.length) { controls.remove(); legend.remove(); byId('timeline-reading').remove(); return () => {}; }
  let at = 0, from = 0, to = 1, cursor = null, marks = [];
  const resetButton = h('button', { type: 'button', onclick: () => whole() }, 'Whole run');
  const closer = h('button', { type: 'button', onclick: () => zoom(1 / 2) }, 'Zoom in'), wider = h('button', { type: 'button', onclick: () => zoom(2) }, 'Zoom out');
  const chooser = select('Run', data.timelines.map((t, i) => [i, t.title]), 0, v => choose(Number(v)));
  controls.append(chooser, closer, wider, resetButton);
  controls.addEventListener('submit', event => event.preventDefault());
  const swatch = (shape) => s('svg', { width: 24, height: 12, 'aria-hidden': 'true' }, shape);
  const stroke = (colour, dash, width) => swatch(s('line', { x1: 1, x2: 23, y1: 6, y2: 6, stroke: colour, 'stroke-width': width || 2, 'stroke-dasharray': dash }));
  legend.append(
    h('span', {}, stroke('var(--c0)'), 'true power, mean'), h('span', {}, swatch(s('rect', { y: 2, width: 24, height: 8, fill: 'var(--band)' })), 'lowest to highest'),
    h('span', {}, stroke('var(--over)'), 'cap'), h('span', {}, swatch(s('rect', { y: 1, width: 24, height: 10, fill: 'var(--overfill)' })), 'over the cap'),
    h('span', {}, stroke('var(--faint)', '4 3', 1.3), 'reference, uncapped'), h('span', {}, stroke('var(--c1)', '1.5 2.5', 2), 'sensed by the policy'),
    h('span', {}, swatch(s('path', { d: 'M12 1l5 9h-10z', fill: 'var(--c3)' })), 'decision'), h('span', {}, swatch(s('rect', { x: 9, y: 2, width: 7, height: 7, fill: 'var(--c4)' })), 'event'));

  const end = t => t.time[t.time.length - 1] + t.bucket;
  function choose(index) { at = index; cursor = null; whole(); controls.querySelector('select').value = String(index); note(); }
  function whole() { const t = data.timelines[at]; from = t.time.length ? t.time[0] : 0; to = t.time.length ? end(t) : 1; draw(); }
  /** Shows a span of time, as far as the run reaches and not below two of its steps. */
  function view(middle, span) {
    const t = data.timelines[at], first = t.time[0], last = end(t);
    span = Math.min(last - first, Math.max(2 * t.bucket, span));
    from = Math.max(first, Math.min(last - span, middle - span / 2));
    to = from + span;
    draw();
  }
  /** About the reading where it stands inside, else about the middle. */
  function zoom(factor) {
    const t = data.timelines[at], read = cursor === null ? null : t.time[cursor] + t.bucket / 2, span = (to - from) * factor;
    if (!t.time.length) return;
    view(read === null || read < from || read > to ? (from + to) / 2 : read + ((from + to) / 2 - read) * factor, span);
  }
  function note() {
    const t = data.timelines[at], parts = [];
    if (t.rowsPerBucket > 1) parts.push('Thinned for this file: each step shows ' + figure(t.bucket) + ' s, mean with lowest and highest value.');
    if (t.decisionsLeftOut) parts.push('The first ' + t.decisions.length + ' of ' + (t.decisions.length + t.decisionsLeftOut) + ' decisions are marked.');
    if (t.eventsLeftOut) parts.push('The first ' + t.events.length + ' of ' + (t.events.length + t.eventsLeftOut) + ' events are marked.');
    parts.push('All of it is in runs/' + t.run + '/.');
    byId('timeline-note').textContent = parts.join(' ');
  }
  showTimeline = choose;

  const clock = (seconds, step) => step >= 3600 ? figure(seconds / 3600) + NB + 'h' : step >= 60 ? figure(seconds / 60) + NB + 'min' : figure(seconds) + NB + 's';

  function draw() {
    const t = data.timelines[at];
    const width = Math.max(300, host.clientWidth), left = 50, right = 12, top = 10, tall = width < 560 ? 210 : 290;
    const laneTop = top + tall + 12, laneTall = 16, replicaTop = laneTop + 2 * laneTall + 14, replicaTall = 52, height = replicaTop + replicaTall + 26;
    let highest = 0, lowest = Infinity;
    for (const series of [t.max, t.reference, t.cap, t.sensed]) for (const v of series) if (v !== null && v > highest) highest = v;
    for (const series of [t.min, t.reference, t.sensed]) for (const v of series) if (v !== null && v < lowest) lowest = v;
    const base = lowest > highest * .45 ? lowest * .9 : 0;
    const ticks = nice(base, highest * 1.03, 5);
    const y0 = ticks[0], y1 = Math.max(ticks[ticks.length - 1], highest * 1.02);
    const X = v => left + (v - from) / (to - from) * (width - left - right);
    const Y = v => top + tall - (v - y0) / (y1 - y0) * tall;
    const first = Math.max(0, t.time.findIndex(v => v + t.bucket >= from));
    let last = t.time.length - 1;
    while (last > first && t.time[last] > to) last--;
    const mid = i => X(t.time[i] + t.bucket / 2);
    const f = v => v.toFixed(1);

    const steps = (values, y) => { let d = '', pen = false; for (let i = first; i <= last; i++) { if (values[i] === null) { pen = false; continue; } d += (pen ? 'L' : 'M') + f(X(t.time[i])) + ' ' + f(y(values[i])) + 'H' + f(X(t.time[i] + t.bucket)); pen = true; } return d; };
    let band = '';
    for (let i = first; i <= last; i++) {
      if (t.max[i] !== null && t.min[i] !== null) band += 'M' + f(X(t.time[i])) + ' ' + f(Y(t.min[i])) + 'V' + f(Y(t.max[i])) + 'H' + f(X(t.time[i] + t.bucket)) + 'V' + f(Y(t.min[i])) + 'Z';
    }
    let over = '';
    for (let i = first; i <= last; i++) {
      if (t.max[i] !== null && t.cap[i] !== null && t.max[i] > t.cap[i]) over += 'M' + f(X(t.time[i])) + ' ' + f(Y(t.cap[i])) + 'V' + f(Y(t.max[i])) + 'H' + f(X(t.time[i] + t.bucket)) + 'V' + f(Y(t.cap[i])) + 'Z';
    }

    const span = to - from;
    const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800].find(v => span / v <= (width < 560 ? 5 : 10)) || 604800;
    const times = [];
    for (let v = Math.ceil(from / step) * step; v <= to; v += step) times.push(v);

    let most = 1;
    for (let i = 0; i < t.ready.length; i++) most = Math.max(most, (t.ready[i] || 0) + (t.starting[i] || 0));
    const R = v => replicaTop + replicaTall - v / most * replicaTall;
    let ready = '', starting = '';
    for (let i = first; i <= last; i++) {
      const a = X(t.time[i]), b = X(t.time[i] + t.bucket), r = t.ready[i] || 0, st = t.starting[i] || 0;
      ready += (i === first ? 'M' + f(a) + ' ' + f(R(0)) : '') + 'L' + f(a) + ' ' + f(R(r)) + 'H' + f(b) + (i === last ? 'V' + f(R(0)) + 'Z' : '');
      if (st) starting += 'M' + f(a) + ' ' + f(R(r)) + 'V' + f(R(r + st)) + 'H' + f(b) + 'V' + f(R(r)) + 'Z';
    }
    marks = [];
    const shapes = [];
    const lane = (list, y, colour, square) => {
      for (const [time, what, why] of list) {
        if (time < from || time > to) continue;
        const x = X(time);
        marks.push({ x, y: y + laneTall / 2, text: clock(time, 1) + '  ' + what + (why ? '\n' + why : '') });
        shapes.push(square ? s('rect', { x: f(x - 3), y: y + 4, width: 6, height: 6, fill: colour }) : s('path', { d: 'M' + f(x) + ' ' + (y + 3) + 'l4 8h-8z', fill: colour }));
      }
    };
    lane(t.decisions, laneTop, 'var(--c3)', false);
    lane(t.events, laneTop + laneTall, 'var(--c4)', true);

    const crossLine = s('line', { class: 'cross', y1: top, y2: replicaTop + replicaTall, x1: -9, x2: -9 });
    const brush = s('rect', { class: 'brush', y: top, height: replicaTop + replicaTall - top, x: 0, width: 0 });
    const canvas = s('svg', { viewBox: '0 0 ' + width + ' ' + height, height, role: 'img', tabindex: 0, 'aria-label': 'Power over time of ' + t.title + '. Arrow keys move the reading, plus and minus zoom, Escape shows the whole run.' },
      s('defs', {}, s('clipPath', { id: 'inside' }, s('rect', { x: left, y: 0, width: width - left - right, height }))),
      ticks.map(v => [s('line', { class: 'grid', x1: left, x2: width - right, y1: f(Y(v)), y2: f(Y(v)) }), s('text', { x: left - 7, y: f(Y(v) + 4), 'text-anchor': 'end' }, figure(v / 1000) + (v === ticks[ticks.length - 1] ? NB + 'kW' : ''))]),
      s('g', { 'clip-path': 'url(#inside)' },
        s('path', { d: band, fill: 'var(--band)' }), s('path', { d: over, fill: 'var(--overfill)' }),
        s('path', { d: steps(t.reference, Y), fill: 'none', stroke: 'var(--faint)', 'stroke-width': 1.2, 'stroke-dasharray': '4 3' }),
        s('path', { d: steps(t.sensed, Y), fill: 'none', stroke: 'var(--c1)', 'stroke-width': 1.6, 'stroke-dasharray': '1.5 2.5' }),
        s('path', { d: steps(t.mean, Y), fill: 'none', stroke: 'var(--c0)', 'stroke-width': 1.7, 'stroke-linejoin': 'round' }),
        s('path', { d: steps(t.cap, Y), fill: 'none', stroke: 'var(--over)', 'stroke-width': 2 }),
        s('path', { d: ready, fill: 'var(--c6)', opacity: .38 }), s('path', { d: starting, fill: 'var(--c4)', opacity: .6 }), shapes),
      s('text', { x: left - 7, y: replicaTop + 10, 'text-anchor': 'end' }, String(most)),
      s('text', { x: left + 4, y: replicaTop - 5 }, 'replicas ready, starting on top'),
      times.map(v => [s('line', { class: 'grid', x1: f(X(v)), x2: f(X(v)), y1: replicaTop + replicaTall, y2: replicaTop + replicaTall + 5 }), s('text', { x: f(X(v)), y: height - 6, 'text-anchor': X(v) > width - 30 ? 'end' : X(v) < left + 12 ? 'start' : 'middle' }, clock(v, step))]),
      brush, crossLine);

    const near = x => { const time = from + (x - left) / (width - left - right) * (to - from); let lo = 0, hi = t.time.length - 1; while (lo < hi) { const m = (lo + hi + 1) >> 1; if (t.time[m] <= time) lo = m; else hi = m - 1; } return lo; };
    const place = event => (event.clientX - canvas.getBoundingClientRect().left) * width / canvas.getBoundingClientRect().width;
    const inside = x => Math.max(left, Math.min(width - right, x));
    function read(i) {
      cursor = i;
      crossLine.setAttribute('x1', mid(i)); crossLine.setAttribute('x2', mid(i));
      const parts = [['at ', clock(t.time[i], 1)], ['power ', kilowatts(t.mean[i])], ['highest ', kilowatts(t.max[i])], ['cap ', kilowatts(t.cap[i])], ['reference ', kilowatts(t.reference[i])], ['sensed ', kilowatts(t.sensed[i])], ['replicas ', figure(t.ready[i]) + (t.starting[i] ? ' + ' + figure(t.starting[i]) + ' starting' : '')], ['waiting ', figure(t.waiting[i])]];
      byId('timeline-reading').replaceChildren(...parts.flatMap(([name, value], k) => [k ? '   ' : '', name, h('b', {}, value)]));
    }
    let start = null;
    canvas.addEventListener('pointerdown', event => { if (event.button === 0 && event.pointerType !== 'touch') { start = inside(place(event)); canvas.setPointerCapture(event.pointerId); } });
    canvas.addEventListener('pointermove', event => {
      const x = place(event);
      if (start !== null) { const b = inside(x); brush.setAttribute('x', Math.min(start, b)); brush.setAttribute('width', Math.abs(b - start)); }
      read(near(inside(x)));
      const y = (event.clientY - canvas.getBoundingClientRect().top) * height / canvas.getBoundingClientRect().height;
      const hit = marks.filter(m => Math.abs(m.x - x) < 6 && Math.abs(m.y - y) < 10).sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
      if (hit) point(event, hit.text); else unpoint();
    });
    canvas.addEventListener('pointerup', event => {
      if (start === null) return;
      const b = inside(place(event)), a = start; start = null;
      brush.setAttribute('width', 0);
      if (Math.abs(b - a) < 6) return;
      const scale = v => from + (v - left) / (width - left - right) * (to - from);
      view((scale(a) + scale(b)) / 2, Math.abs(scale(b) - scale(a)));
    });
    canvas.addEventListener('pointerleave', unpoint);
    canvas.addEventListener('dblclick', whole);
    canvas.addEventListener('keydown', event => {
      const move = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[event.key];
      if (event.key === 'Escape') whole();
      else if (event.key === '+' || event.key === '=') zoom(1 / 2);
      else if (event.key === '-') zoom(2);
      else if (move) {
        event.preventDefault();
        const to = Math.max(0, Math.min(t.time.length - 1, (cursor ?? first) + move));
        if (to >= first && to <= last) read(to);
        else { cursor = to; view(t.time[to] + t.bucket / 2, span); }
      }
    });
    const focused = document.activeElement && host.contains(document.activeElement);
    host.replaceChildren(canvas);
    if (focused) canvas.focus();
    resetButton.disabled = wider.disabled = from <= t.time[0] && to >= end(t);
    closer.disabled = span <= 2 * t.bucket;
    if (t.time.length) read(cursor !== null && cursor >= first && cursor <= last ? cursor : first);
  }
  const baselines = new Set(data.policies.filter(policy => policy.baseline).map(policy => policy.label));
  choose(Math.max(0, data.timelines.findIndex(t => !baselines.has(t.policy))));
  return draw;
}
