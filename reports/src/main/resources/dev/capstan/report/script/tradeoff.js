// Safety against service

function tradeoff() {
  const host = byId('tradeoff-plot');
  const measures = [['slo_attainment', 1], ['goodput_requests_per_second', 1], ['ttft_p99_seconds', -1], ['energy_joules', -1], ['stranded_watt_seconds', -1], ['over_cap_seconds', -1]].filter(([name]) => points.has(name + '_mean'));
  if (!measures.length) return () => {};
  const groups = dimensions.filter(d => d.values.length > 1 && !d.continuous && (d.role === 'CAP' || d.role === 'CONDITION'));
  const state = { measure: measures[0][0], at: Object.fromEntries(groups.map(d => [d.key, String(Math.floor((d.values.length - 1) / 2))])) };
  function draw() {
    byId('tradeoff-controls').replaceChildren(
      select('Service', measures.map(([name]) => [name, heading(name)]), state.measure, v => { state.measure = v; draw(); }),
      ...groups.map(d => select(d.name.charAt(0).toUpperCase() + d.name.slice(1), d.words.map((word, i) => [i, word]), state.at[d.key], v => { state.at[d.key] = v; draw(); })));
    byId('tradeoff-legend').replaceChildren(...policyNames.map((name, i) => policyKey(i)),
      h('span', {}, s('svg', { width: 24, height: 12, 'aria-hidden': 'true' }, s('path', { d: 'M1 9H12V3H23', fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.2 })), 'not beaten on both counts'));
    const better = measures.find(([name]) => name === state.measure)[1];
    const dots = [];
    for (let row = 0; row < points.rows; row++) {
      if (isMoved(row)) continue;
      if (groups.some(d => d.values.indexOf(d.of(row)) !== Number(state.at[d.key]))) continue;
      const x = valueOf(state.measure, row), y = points.get('success_rate', row);
      if (x !== null && y !== null) dots.push({ row, x, y, policy: policyNames.indexOf(points.get('policy', row)) });
    }
    byId('tradeoff-front').replaceChildren();
    if (!dots.length) { host.replaceChildren(h('p', { class: 'note' }, 'There was no disturbance here, so there is no success rate to draw.')); return; }
    const width = Math.max(300, host.clientWidth), height = width < 560 ? 300 : 400, left = 50, right = 20, top = 14, bottom = 44;
    const share = isShare(state.measure), scale = share ? 100 : 1;
    const values = dots.map(d => d.x * scale);
    const pad = (Math.max(...values) - Math.min(...values)) * .05 || Math.abs(values[0]) * .05 || 1;
    const xs = nice(Math.max(share || Math.min(...values) >= 0 ? 0 : -Infinity, Math.min(...values) - pad), share ? Math.min(100, Math.max(...values) + pad) : Math.max(...values) + pad, width < 560 ? 4 : 8);
    const X = v => left + (v * scale - xs[0]) / (xs[xs.length - 1] - xs[0]) * (width - left - right);
    const Y = v => top + (1 - v) * (height - top - bottom);
    const front = [];
    for (const dot of [...dots].sort((a, b) => better * (b.x - a.x) || b.y - a.y)) if (!front.length || dot.y > front[front.length - 1].y) front.push(dot);
    const onFront = new Set(front.map(dot => dot.row));
    const f = v => v.toFixed(1);
    byId('tradeoff-front').replaceChildren(...front.map(dot => h('li', {}, describe(dot.row) + ': ' + bare(dot.y) + NB + '% contained, ' + heading(state.measure) + ' ' + show(state.measure, dot.x))));
    const path = front.map((dot, i) => i ? 'V' + f(Y(dot.y)) + 'H' + f(X(dot.x)) : 'M' + f(X(dot.x)) + ' ' + f(Y(dot.y))).join('');
    host.replaceChildren(s('svg', { viewBox: '0 0 ' + width + ' ' + height, height, role: 'group', 'aria-label': 'Disturbances contained against ' + heading(state.measure) },
      [0, .25, .5, .75, 1].map(v => [s('line', { class: 'grid', x1: left, x2: width - right, y1: f(Y(v)), y2: f(Y(v)) }), s('text', { x: left - 7, y: f(Y(v) + 4), 'text-anchor': 'end' }, v * 100 + (v === 1 ? ' %' : ''))]),
      xs.map((v, i) => [s('line', { class: 'grid', x1: f(X(v / scale)), x2: f(X(v / scale)), y1: top, y2: height - bottom }), s('text', { x: f(X(v / scale)), y: height - bottom + 17, 'text-anchor': i === xs.length - 1 ? 'end' : 'middle' }, figure(v))]),
      s('text', { x: (left + width - right) / 2, y: height - 6, 'text-anchor': 'middle' }, heading(state.measure) + (better > 0 ? ', more is better →' : ', ← less is better')),
      s('text', { x: left + 6, y: top + 14 }, '↑ disturbances contained'),
      s('path', { d: path, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.2, opacity: .75 }),
      dots.map(dot => s('g', { transform: 'translate(' + f(X(dot.x)) + ' ' + f(Y(dot.y)) + ')', tabindex: 0, role: 'img', 'aria-label': details(dot.row, -1), onmousemove: event => point(event, details(dot.row, -1)), onfocus: event => point(event, details(dot.row, -1)), onmouseleave: unpoint, onblur: unpoint },
        s('line', { x1: 0, x2: 0, y1: f(Y(points.get('success_rate_low', dot.row)) - Y(dot.y)), y2: f(Y(points.get('success_rate_high', dot.row)) - Y(dot.y)), stroke: mark(dot.policy).colour, opacity: .35 }),
        s('path', { d: mark(dot.policy).d, fill: mark(dot.policy).colour, 'fill-opacity': onFront.has(dot.row) ? 1 : .55, stroke: onFront.has(dot.row) ? 'var(--ink)' : 'var(--page)', 'stroke-width': onFront.has(dot.row) ? 1.4 : .7 })))));
  }
  draw();
  return draw;
}
