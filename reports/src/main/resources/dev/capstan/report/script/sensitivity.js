// Sensitivity: one bar for each end of a band, the low end above

function sensitivity() {
  if (!data.sensitivity) return () => {};
  const host = byId('sensitivity-plot'), changes = columnsOf(data.sensitivity);
  const nameOf = new Map(data.parameters.map(parameter => [parameter.path, parameter.name]));
  const groups = dimensions.filter(d => d.role !== 'POLICY' && d.values.length > 1);
  const state = { outcome: data.outcomes[0].column, policy: '*', at: Object.fromEntries(groups.map(d => [d.key, String(Math.floor((d.values.length - 1) / 2))])) };
  const isHere = (table, row) => groups.every(d => d.values.indexOf(table.get(d.key, row)) === Number(state.at[d.key]));
  const f = v => v.toFixed(1);
  const signed = v => v === null ? '–' : (v > 0 ? '+' : '') + figure(v).replace('-', '−');

  /** The bars of a policy, and the names of what changes nothing. */
  function barsOf(policy, outcome) {
    const bars = new Map(), column = outcome.column + '_change_';
    for (let row = 0; row < changes.rows; row++) {
      if (changes.get('policy', row) !== policy || !isHere(changes, row)) continue;
      const path = changes.get('parameter', row);
      const [mean, low, high] = ['mean', 'low', 'high'].map(bound => changes.get(column + bound, row)).map(v => v === null ? null : v * outcome.scale);
      if (!bars.has(path)) bars.set(path, { name: nameOf.get(path) || path, ends: [], width: 0 });
      const bar = bars.get(path);
      bar.ends.push({ end: changes.get('end', row), value: changes.get('value', row), mean, low, high });
      const means = bar.ends.map(end => end.mean || 0);
      bar.width = Math.max(0, ...means) - Math.min(0, ...means);
    }
    const all = [...bars.values()];
    return { policy, bars: all.filter(bar => bar.width > 0).sort((a, b) => b.width - a.width), quiet: all.filter(bar => bar.width === 0 && bar.ends.every(end => end.mean !== null)).map(bar => bar.name) };
  }

  function draw() {
    const outcome = data.outcomes.find(one => one.column === state.outcome);
    byId('sensitivity-controls').replaceChildren(
      select('Outcome', data.outcomes.map(one => [one.column, one.words.charAt(0).toUpperCase() + one.words.slice(1)]), state.outcome, v => { state.outcome = v; draw(); }),
      select('Policy', [['*', 'all, side by side'], ...policyNames.map((name, i) => [i, name])], state.policy, v => { state.policy = v; draw(); }),
      ...groups.map(d => select(d.name.charAt(0).toUpperCase() + d.name.slice(1), d.words.map((word, i) => [i, word]), state.at[d.key], v => { state.at[d.key] = v; draw(); })));
    const swatch = shape => s('svg', { width: 24, height: 12, 'aria-hidden': 'true' }, shape);
    byId('sensitivity-legend').replaceChildren(
      h('span', {}, swatch(s('rect', { x: 1, y: 0, width: 22, height: 6, fill: 'var(--c0)' })), 'low end, upper bar'),
      h('span', {}, swatch(s('rect', { x: 1, y: 6, width: 22, height: 6, fill: 'var(--c1)' })), 'high end, lower bar'),
      h('span', {}, swatch(s('path', { d: 'M2 3v6m0-3H22m0-3v6', fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.1 })), '95 % interval'),
      h('span', {}, swatch(s('rect', { x: 1, y: 3, width: 22, height: 6, fill: 'var(--c0)', opacity: .35 })), 'pale: the interval holds no change'));
    const found = (state.policy === '*' ? policyNames : [policyNames[Number(state.policy)]]).map(policy => barsOf(policy, outcome));
    const reach = [0];
    for (const { bars } of found) for (const bar of bars) for (const end of bar.ends) for (const v of [end.mean, end.low, end.high]) if (v !== null) reach.push(v);
    const gap = 28, room = host.clientWidth, columns = Math.max(1, Math.min(found.length, Math.floor((room + gap) / (400 + gap))));
    host.replaceChildren(h('div', { class: 'panels', style: 'grid-template-columns:repeat(' + columns + ',minmax(0,1fr))' },
      found.map(one => panel(one, outcome, Math.min(...reach), Math.max(...reach), Math.max(280, (room - gap * (columns - 1)) / columns)))));
  }

  function panel({ policy, bars, quiet }, outcome, least, most, width) {
    let baseline = null;
    for (let row = 0; row < points.rows; row++) if (!isMoved(row) && points.get('policy', row) === policy && isHere(points, row)) baseline = valueOf(outcome.column, row);
    const stands = outcome.words + ' ' + (baseline === null ? '–' : figure(baseline * outcome.scale) + NB + (outcome.unit === 'points' ? '%' : outcome.unit)) + ' as the experiment stands';
    const title = h('h3', { class: 'torn' }, policy, h('small', {}, stands));
    const rest = quiet.length ? h('p', { class: 'note' }, (bars.length ? 'No change at all: ' : 'Nothing changes it: ') + quiet.join('; ') + '.') : null;
    if (!bars.length) return h('div', { class: 'panel' }, title, rest);
    const beside = width >= 520, left = beside ? 178 : 4, right = 12, each = beside ? 34 : 56, drop = beside ? 0 : 18, top = 4, bottom = 42;
    const base = top + bars.length * each, height = base + bottom;
    const ticks = nice(least, most, beside ? 6 : 4), from = ticks[0], to = ticks[ticks.length - 1];
    const X = v => left + (v - from) / (to - from) * (width - left - right);
    const row = (bar, i) => {
      const y = top + i * each, values = bar.ends.map(end => end.value).join(' to ');
      const lines = [bar.name + ', ' + policy, ...bar.ends.map(end => end.value + ' (' + end.end + ' end): ' + signed(end.mean) + ' [' + signed(end.low) + ', ' + signed(end.high) + '] ' + outcome.unit), stands].join('\n');
      const label = beside
        ? [s('text', { x: left - 10, y: y + 15, 'text-anchor': 'end', class: 'name' }, bar.name), s('text', { x: left - 10, y: y + 28, 'text-anchor': 'end', class: 'ends' }, values)]
        : s('text', { x: left, y: y + 14 }, s('tspan', { class: 'name' }, bar.name), s('tspan', { class: 'ends', dx: 7 }, values));
      return s('g', { tabindex: 0, role: 'img', 'aria-label': lines, onmousemove: event => point(event, lines), onfocus: event => point(event, lines), onmouseleave: unpoint, onblur: unpoint },
        s('rect', { x: 0, y, width: f(width), height: each, fill: 'transparent' }), label,
        bar.ends.filter(end => end.mean !== null).map(end => {
          const isHigh = end.end === 'high', at = y + drop + (isHigh ? 17 : 5), zero = X(0), tip = X(end.mean);
          return [
            s('rect', { x: f(Math.min(zero, tip)), y: at, width: f(Math.abs(tip - zero)), height: 11, fill: isHigh ? 'var(--c1)' : 'var(--c0)', opacity: end.low <= 0 && end.high >= 0 ? .35 : 1 }),
            end.low === end.high ? null : s('path', { d: 'M' + f(X(end.low)) + ' ' + (at + 2) + 'v7m0-3.5H' + f(X(end.high)) + 'm0-3.5v7', fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.1 }),
          ];
        }));
    };
    return h('div', { class: 'panel plot' }, title,
      s('svg', { viewBox: '0 0 ' + f(width) + ' ' + height, height, role: 'group', 'aria-label': 'Changes of ' + outcome.words + ' with ' + policy },
        ticks.map(v => [s('line', { class: 'grid', x1: f(X(v)), x2: f(X(v)), y1: top, y2: base }), s('text', { x: f(X(v)), y: base + 16, 'text-anchor': X(v) > width - 24 ? 'end' : X(v) < 24 ? 'start' : 'middle' }, signed(v))]),
        s('text', { x: f((left + width - right) / 2), y: height - 6, 'text-anchor': 'middle' }, 'change of ' + outcome.words + ' in ' + outcome.unit),
        s('line', { x1: f(X(0)), x2: f(X(0)), y1: top, y2: base, stroke: 'var(--ink)', 'stroke-width': 1.4 }),
        bars.map(row)),
      rest);
  }
  draw();
  return draw;
}
