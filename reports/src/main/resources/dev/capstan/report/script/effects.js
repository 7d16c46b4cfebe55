// Main effects: a panel for each axis, a line for each policy

function effects() {
  if (!data.effects) return () => {};
  const host = byId('effects-plot'), table = columnsOf(data.effects);
  const axes = data.axes.filter(axis => axis.values.length > 1);
  const measures = ['success_rate', ...measureNames].filter((name, i, all) => all.indexOf(name) === i && table.has(name + '_mean'));
  const state = { measure: measures[0], policy: '*' };
  const f = v => v.toFixed(1);
  function draw() {
    byId('effects-controls').replaceChildren(
      select('Measure', measures.map(name => [name, name === 'success_rate' ? 'Disturbances contained (%)' : heading(name)]), state.measure, v => { state.measure = v; draw(); }),
      select('Policy', [['*', 'all'], ...policyNames.map((name, i) => [i, name])], state.policy, v => { state.policy = v; draw(); }));
    const shown = policyNames.map((name, i) => i).filter(i => state.policy === '*' || Number(state.policy) === i);
    byId('effects-legend').replaceChildren(...shown.map(policyKey));
    const dots = [];
    for (let row = 0; row < table.rows; row++) {
      const [mean, low, high] = ['_mean', '_low', '_high'].map(end => table.get(state.measure + end, row));
      const axis = axes.find(one => one.path === table.get('axis', row)), policy = policyNames.indexOf(table.get('policy', row));
      if (mean === null || !axis || !shown.includes(policy)) continue;
      dots.push({ axis, policy, at: axis.values.indexOf(table.get('value', row)), mean, low, high, points: table.get('points', row) });
    }
    if (!dots.length) { host.replaceChildren(h('p', { class: 'note' }, 'No run has this measure.')); return; }
    const share = isShare(state.measure);
    const ticks = share ? [0, .25, .5, .75, 1] : nice(Math.min(0, ...dots.map(dot => dot.mean)), Math.max(...dots.map(dot => dot.mean)) * 1.03, 4);
    const gap = 28, room = host.clientWidth, columns = Math.max(1, Math.min(axes.length, Math.floor((room + gap) / (330 + gap))));
    const width = Math.max(260, (room - gap * (columns - 1)) / columns);
    host.replaceChildren(h('div', { class: 'panels', style: 'grid-template-columns:repeat(' + columns + ',minmax(0,1fr))' },
      axes.map(axis => panel(axis, dots.filter(dot => dot.axis === axis), shown, ticks, width))));
  }
  function panel(axis, dots, shown, ticks, width) {
    const height = 250, left = 52, right = 14, top = 12, bottom = 42, share = isShare(state.measure);
    const least = ticks[0], most = ticks[ticks.length - 1], each = (width - left - right) / axis.values.length, d = dimension(axis.path);
    const span = d.continuous ? [Math.min(...d.numbers), Math.max(...d.numbers)] : null, log = d.continuous && d.log && span[0] > 0, of = v => log ? Math.log(v) : v;
    const ranged = v => left + 10 + (span[1] > span[0] ? (of(v) - of(span[0])) / (of(span[1]) - of(span[0])) : .5) * (width - left - right - 20);
    const Y = v => top + (1 - (Math.max(least, Math.min(most, v)) - least) / (most - least)) * (height - top - bottom);
    const X = dot => d.continuous ? ranged(d.numbers[dot.at]) : left + (dot.at + .5) * each + (shown.indexOf(dot.policy) - (shown.length - 1) / 2) * Math.min(10, each * .6 / shown.length);
    const lines = dot => [axis.name + ' ' + axis.words[dot.at] + ', policy ' + policyNames[dot.policy], heading(state.measure) + ': ' + show(state.measure, dot.mean) + ' [' + show(state.measure, dot.low) + ', ' + show(state.measure, dot.high) + ']', 'Mean over ' + dot.points + (dot.points === 1 ? ' point' : ' points')].join('\n');
    return h('div', { class: 'panel plot' }, s('svg', { viewBox: '0 0 ' + f(width) + ' ' + height, height, role: 'group', 'aria-label': heading(state.measure) + ' over ' + axis.name },
      ticks.map((v, i) => [s('line', { class: 'grid', x1: left, x2: f(width - right), y1: f(Y(v)), y2: f(Y(v)) }), s('text', { x: left - 7, y: f(Y(v) + 4), 'text-anchor': 'end' }, share ? v * 100 + (v === 1 ? ' %' : '') : figure(v))]),
      (d.continuous ? apart(placesOn(d, 5).filter(([v]) => v >= span[0] && v <= span[1]).map(([v, word]) => [ranged(v), word])) : axis.words.map((word, i) => [left + (i + .5) * each, word])).map(([at, word]) => s('text', { x: f(at), y: height - bottom + 17, 'text-anchor': 'middle' }, word)),
      s('text', { x: f((left + width - right) / 2), y: height - 6, 'text-anchor': 'middle' }, axis.name),
      shown.map(policy => {
        const line = dots.filter(dot => dot.policy === policy).sort((a, b) => a.at - b.at);
        return [d.continuous ? null : s('path', { d: line.map((dot, i) => (i ? 'L' : 'M') + f(X(dot)) + ' ' + f(Y(dot.mean))).join(''), fill: 'none', stroke: mark(policy).colour, 'stroke-width': 1.4, opacity: .7 }),
          line.map(dot => s('g', { transform: 'translate(' + f(X(dot)) + ' ' + f(Y(dot.mean)) + ')', tabindex: 0, role: 'img', 'aria-label': lines(dot), onmousemove: event => point(event, lines(dot)), onfocus: event => point(event, lines(dot)), onmouseleave: unpoint, onblur: unpoint },
            s('line', { x1: 0, x2: 0, y1: f(Y(dot.low) - Y(dot.mean)), y2: f(Y(dot.high) - Y(dot.mean)), stroke: mark(policy).colour, opacity: .6 }),
            s('path', { d: mark(policy).d, fill: mark(policy).colour, transform: 'scale(.8)' })))];
      })));
  }
  draw();
  return draw;
}
