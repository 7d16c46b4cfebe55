// Latencies and excursions of the runs whose course is shown

function distributions() {
  if (!byId('distributions-plot')) return () => {};
  const host = byId('distributions-plot');
  const services = [...new Set(data.timelines.flatMap(t => Object.keys(t.latencies)))];
  const kinds = [['ttft', 'Time to first token (s)'], ['tpot', 'Time per output token (s)'], ['e2e', 'End-to-end time (s)'], ['excursions', 'Excursions over the cap']]
    .filter(([kind]) => data.timelines.some(t => kind === 'excursions' ? t.excursions.length : services.some(name => t.latencies[name] && t.latencies[name][kind].some(v => v !== null))));
  const state = { kind: kinds[0][0], service: services[0], cap: '0' };
  // One cap at a time: other caps are other questions.
  const capOf = t => runs.get('cap_watts', t.row), caps = data.caps.filter(cap => data.timelines.some(t => capOf(t) === cap.watts));
  if (caps.length) state.cap = String(Math.floor((caps.length - 1) / 2));
  const f = v => v.toFixed(1);
  // Log scales hold from a round power of ten to another.
  const decades = values => { const low = Math.floor(Math.log10(Math.min(...values))), high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)))); return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)); };
  function draw() {
    byId('distributions-controls').replaceChildren(
      select('Shown', kinds, state.kind, v => { state.kind = v; draw(); }),
      ...(services.length > 1 && state.kind !== 'excursions' ? [select('Service', services.map(name => [name, name]), state.service, v => { state.service = v; draw(); })] : []),
      ...(caps.length > 1 ? [select('Cap', caps.map((cap, i) => [i, cap.label]), state.cap, v => { state.cap = v; draw(); })] : []));
    const shown = data.timelines.filter(t => !caps.length || capOf(t) === caps[Number(state.cap)].watts);
    const points = state.kind === 'excursions';
    const series = shown.map((t, i) => ({ title: t.title, colour: 'var(--c' + (i % 8) + ')', mark: outlines[i % outlines.length],
      values: points ? t.excursions : ((t.latencies[state.service] || {})[state.kind] || []).map((v, k) => [v, (k + 1) / 100]).filter(([v]) => v !== null && v > 0) }));
    byId('distributions-legend').replaceChildren(...series.map(one => h('span', {}, s('svg', { width: 14, height: 14, viewBox: '-7 -7 14 14', 'aria-hidden': 'true' }, s('path', { d: one.mark, fill: one.colour })), one.title)));
    const left = shown.reduce((sum, t) => sum + t.excursionsLeftOut, 0);
    byId('distributions-note').textContent = points && left ? left + ' shorter excursions are not drawn.' : '';
    const all = series.flatMap(one => one.values);
    if (!all.length) { host.replaceChildren(h('p', { class: 'note' }, points ? 'Power was never over this cap in these runs.' : 'No request of these runs completed.')); return; }
    const width = Math.max(300, host.clientWidth), height = 320, west = 56, east = 24, top = 16, bottom = 44;
    const xs = decades(all.map(([x]) => x)), ys = points ? nice(0, Math.max(...all.map(([, y]) => y)), 4) : [0, .25, .5, .75, 1];
    const X = v => west + Math.log10(v / xs[0]) / Math.log10(xs[xs.length - 1] / xs[0]) * (width - west - east);
    const Y = v => top + (1 - v / ys[ys.length - 1]) * (height - top - bottom);
    const name = kinds.find(([kind]) => kind === state.kind)[1];
    const lines = one => one.title + '\n' + (points ? one.values.length + ' excursions, the longest ' + figure(one.values.length ? one.values[0][0] : 0) + NB + 's'
      : [50, 90, 99].map(percent => { const at = one.values.find(([, share]) => Math.round(share * 100) === percent); return 'p' + percent + ' ' + (at ? figure(at[0]) + NB + 's' : '–'); }).join(', '));
    host.replaceChildren(s('svg', { viewBox: '0 0 ' + width + ' ' + height, height, role: 'group', 'aria-label': name },
      ys.map(v => [s('line', { class: 'grid', x1: west, x2: width - east, y1: f(Y(v)), y2: f(Y(v)) }), s('text', { x: west - 7, y: f(Y(v) + 4), 'text-anchor': 'end' }, points ? figure(v / 1000) : v * 100 + (v === 1 ? ' %' : ''))]),
      xs.map((v, i) => [s('line', { class: 'grid', x1: f(X(v)), x2: f(X(v)), y1: top, y2: height - bottom }), s('text', { x: f(X(v)), y: height - bottom + 17, 'text-anchor': i === xs.length - 1 ? 'end' : 'middle' }, figure(v))]),
      s('text', { x: (west + width - east) / 2, y: height - 6, 'text-anchor': 'middle' }, points ? 'duration (s)' : name),
      s('text', { x: west + 6, y: top + 14 }, points ? '↑ highest 1 s average over the cap (kW)' : '↑ requests not slower'),
      series.filter(one => one.values.length).map(one => s('g', { tabindex: 0, role: 'img', 'aria-label': lines(one), onmousemove: event => point(event, lines(one)), onfocus: event => point(event, lines(one)), onmouseleave: unpoint, onblur: unpoint },
        points ? one.values.map(([x, y]) => s('path', { d: one.mark, fill: one.colour, 'fill-opacity': .65, transform: 'translate(' + f(X(x)) + ' ' + f(Y(y)) + ') scale(.8)' }))
          : [s('path', { d: one.values.map(([x, y], i) => (i ? 'L' : 'M') + f(X(x)) + ' ' + f(Y(y))).join(''), fill: 'none', stroke: one.colour, 'stroke-width': 1.8 }),
            one.values.filter(([, y]) => [.5, .9, .99].includes(y)).map(([x, y]) => s('path', { d: one.mark, fill: one.colour, transform: 'translate(' + f(X(x)) + ' ' + f(Y(y)) + ') scale(.8)' }))]))));
  }
  draw();
  return draw;
}
