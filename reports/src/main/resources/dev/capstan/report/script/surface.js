// Surface

function surface() {
  const host = byId('surface-plot'), controls = byId('surface-controls');
  const preferred = [...varying.filter(d => d.continuous), ...varying.filter(d => d.role === 'SETTING'), ...varying.filter(d => d.role === 'CONDITION'), ...varying.filter(d => d.role === 'CAP'), ...varying.filter(d => d.role === 'POLICY'), ...dimensions];
  const state = { x: preferred[0].key, y: (preferred.find(d => d !== preferred[0]) || preferred[0]).key, measure: 'success_rate', at: {} };
  for (const d of dimensions) state.at[d.key] = d.role === 'POLICY' || d.continuous ? '*' : String(Math.floor((d.values.length - 1) / 2));
  const cliff = .25;

  function draw() {
    const rest = varying.filter(d => d.key !== state.x && d.key !== state.y);
    const choices = (varying.length > 1 ? varying : dimensions).map(d => [d.key, d.name]);
    controls.replaceChildren(
      select('Across', choices, state.x, v => { if (v === state.y) state.y = state.x; state.x = v; draw(); }),
      select('Down', choices, state.y, v => { if (v === state.x) state.x = state.y; state.y = v; draw(); }),
      ...rest.filter(d => !d.continuous).map(d => select(d.name.charAt(0).toUpperCase() + d.name.slice(1),
        [...(d.role === 'POLICY' ? [['*', 'all, side by side']] : []), ...d.words.map((word, i) => [i, word])],
        state.at[d.key], v => { state.at[d.key] = v; draw(); })),
      select('Shown', measureNames.map(name => [name, name === 'success_rate' ? 'Disturbances contained (%)' : heading(name)]), state.measure, v => { state.measure = v; draw(); }));

    const x = dimension(state.x), y = dimension(state.y), policies = dimension('policy');
    const facets = state.x === 'policy' || state.y === 'policy' ? [null]
      : state.at.policy === '*' ? policies.values.map((_, i) => i) : [Number(state.at.policy)];
    const cells = new Map();
    let low = Infinity, high = -Infinity;
    for (let row = 0; row < points.rows; row++) {
      if (isMoved(row)) continue;
      if (rest.some(d => d.role !== 'POLICY' && !d.continuous && d.values.indexOf(d.of(row)) !== Number(state.at[d.key]))) continue;
      const value = valueOf(state.measure, row);
      if (value !== null) { low = Math.min(low, value); high = Math.max(high, value); }
      cells.set([facets[0] === null ? 'all' : policies.values.indexOf(points.get('policy', row)), x.values.indexOf(x.of(row)), y.values.indexOf(y.of(row))].join(), row);
    }
    if (isShare(state.measure)) { low = 0; high = 1; }
    if (!Number.isFinite(low)) { low = 0; high = 1; }
    const rowAt = (facet, i, j) => cells.get([facet === null ? 'all' : facet, i, j].join());
    const falls = (a, b) => {
      if (state.measure !== 'success_rate' || a === undefined || b === undefined) return false;
      const va = valueOf(state.measure, a), vb = valueOf(state.measure, b);
      return va !== null && vb !== null && Math.abs(va - vb) > cliff;
    };
    if (x.continuous || y.continuous) lay(x, y, facets, policies, low, high); else tabulate(x, y, facets, policies, rowAt, falls, low, high);

    const stops = [0, .25, .5, .75, 1].map(at => rgb(rampColour(at))).join(',');
    byId('surface-legend').replaceChildren(
      h('span', {}, show(state.measure, low), h('i', { class: 'ramp', style: 'background:linear-gradient(90deg,' + stops + ')' }), show(state.measure, high) + (isShare(state.measure) ? NB + '%' : '')),
      ...(x.continuous || y.continuous ? [h('span', {}, 'dashed: no such figure')] : state.measure === 'success_rate' ? [h('span', {}, h('i', { class: 'edge' }), 'cliff: a fall of more than 25 points'), h('span', {}, 'hatched: no disturbance')] : []));
  }

  /** Every point where it lies, a panel for each policy. */
  function lay(x, y, facets, policies, low, high) {
    const rest = varying.filter(d => d.key !== state.x && d.key !== state.y && d.role !== 'POLICY' && !d.continuous);
    const gap = 28, room = host.clientWidth, columns = Math.max(1, Math.min(facets.length, Math.floor((room + gap) / (360 + gap)))), width = Math.max(280, (room - gap * (columns - 1)) / columns);
    const over = varying.filter(d => d.continuous && d.key !== state.x && d.key !== state.y);
    host.replaceChildren(h('div', { class: 'panels', style: 'grid-template-columns:repeat(' + columns + ',minmax(0,1fr))' }, facets.map(facet => {
      const rows = Array.from({ length: points.rows }, (_, row) => row).filter(row => !isMoved(row) && (facet === null || points.get('policy', row) === policies.values[facet]) && rest.every(d => d.values.indexOf(d.of(row)) === Number(state.at[d.key])));
      return scatter(x, y, rows, facet === null ? heading(state.measure) : policies.words[facet], low, high, state.measure, actionsOf, width);
    })), ...(over.length ? [h('p', { class: 'note' }, 'Over all values of ' + over.map(d => d.name).join(' and ') + '.')] : []));
  }

  function tabulate(x, y, facets, policies, rowAt, falls, low, high) {
    const least = 76 + 60 * Math.max(3, x.values.length);
    host.replaceChildren(h('div', { class: 'panels', style: 'grid-template-columns:repeat(auto-fill,minmax(min(100%,' + least + 'px),1fr))' }, facets.map(facet => h('div', { class: 'panel' },
      h('table', { class: 'heat' },
        h('caption', {}, facet === null ? heading(state.measure) : policies.words[facet]),
        h('thead', {},
          h('tr', {}, h('td', { class: 'axis', style: 'border:0;padding:0' }), h('th', { class: 'axis across', colspan: x.values.length }, x.name)),
          h('tr', {}, h('th', { class: 'axis', scope: 'col' }, y.name), x.words.map(word => h('th', { scope: 'col' }, word)))),
        h('tbody', {}, y.values.map((_, j) => h('tr', {}, h('th', { scope: 'row' }, y.words[j]),
          x.values.map((_, i) => cell(rowAt(facet, i, j), falls(rowAt(facet, i, j), rowAt(facet, i + 1, j)), falls(rowAt(facet, i, j), rowAt(facet, i, j + 1)), low, high))))))))));
  }

  function actionsOf(row) {
    const timeline = data.timelines.findIndex(t => samePlace(t.row, row));
    return {
      tabindex: 0, 'aria-label': details(row, timeline), onmousemove: event => point(event, details(row, timeline)), onfocus: event => point(event, details(row, timeline)), onmouseleave: unpoint, onblur: unpoint,
      onclick: () => jump(timeline), onkeydown: event => { if (event.key === 'Enter') jump(timeline); }, class: timeline >= 0 ? 'linked' : null,
    };
  }

  function cell(row, right, below, low, high) {
    const edges = (right ? ' cliff-r' : '') + (below ? ' cliff-b' : '');
    if (row === undefined) return h('td', { class: 'none' + edges }, data.points.rowsOnDisk > points.rows ? 'left out' : 'not run');
    const value = valueOf(state.measure, row);
    const actions = { ...actionsOf(row), 'aria-label': null, 'aria-describedby': 'tip' };
    if (value === null) return h('td', { ...actions, class: 'none' + edges }, state.measure === 'success_rate' ? 'no dist.' : '–');
    const colour = rampColour(high > low ? (value - low) / (high - low) : 1);
    const [from, to] = boundsOf(state.measure, row);
    return h('td', { ...actions, class: (actions.class || '') + edges, style: 'background:' + rgb(colour) + ';color:' + inkOn(colour) },
      show(state.measure, value), from === null || from === undefined || from === to ? null : h('small', {}, show(state.measure, from) + '–' + show(state.measure, to)));
  }
  function jump(timeline) {
    if (timeline >= 0) { unpoint(); showTimeline(timeline); byId('timeline').scrollIntoView(); }
  }
  draw();
  return draw;
}
