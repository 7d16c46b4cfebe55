// Which axis matters most: shares of the variance over the points, a bar for each axis and for axes together

function variance() {
  if (!data.variance) return () => {};
  const host = byId('variance-plot'), table = columnsOf(data.variance);
  const policies = policyNames.filter(name => table.words('policy').includes(name)), figures = table.words('figure');
  const baselines = new Set(data.policies.filter(policy => policy.baseline).map(policy => policy.label));
  const varies = name => Array.from({ length: table.rows }, (_, row) => row).some(row => table.get('policy', row) === name && table.get('figure', row) === figures[0] && table.get('share', row) !== null);
  const state = { policy: policies.find(name => varies(name) && data.timelines.length && data.timelines[0].policy === name) || policies.find(name => !baselines.has(name) && varies(name)) || policies.find(varies) || policies[0], figure: figures[0] };
  const design = table.words('kind').includes('first');
  const kinds = { main: 'the axis alone', interaction: 'two axes together', rest: 'three axes or more together', first: 'the axis alone', total: 'the axis, alone and with others' };
  const colours = { main: 'var(--c0)', interaction: 'var(--c1)', rest: 'var(--c6)', first: 'var(--c0)', total: 'var(--c1)' };
  const f = v => v.toFixed(1);
  const figureName = name => name === 'success_rate' ? 'Disturbances contained' : heading(name).replace(/ \([^)]*\)$/, '');
  byId('variance-about').textContent = 'How much of the differences of a figure between the points is due to each axis, as shares of their variance'
    + (design ? '. Shares of an axis alone add up to 1 or less; the rest is due to axes together, and to chance.' : '; the bars of a figure add up to 100' + NB + '%. Two axes together: what neither does alone.')
    + ' Lines hold the 95' + NB + '% interval. From variance.csv.';

  function draw() {
    byId('variance-controls').replaceChildren(
      select('Policy', policies.map(name => [name, name]), state.policy, v => { state.policy = v; draw(); }),
      select('Figure', figures.map(name => [name, figureName(name)]), state.figure, v => { state.figure = v; draw(); }));
    const bars = [];
    let absent = true;
    for (let row = 0; row < table.rows; row++) {
      if (table.get('policy', row) !== state.policy || table.get('figure', row) !== state.figure) continue;
      absent = false;
      const [share, low, high] = ['share', 'share_low', 'share_high'].map(name => table.get(name, row));
      if (share === null) continue;
      bars.push({ name: data.terms[table.get('term', row)], kind: table.get('kind', row), share, low, high });
    }
    const totals = new Map(bars.filter(bar => bar.kind === 'total').map(bar => [bar.name, bar]));
    const rows = bars.filter(bar => bar.kind !== 'total').map(bar => ({ name: bar.name, bars: [bar, ...(totals.has(bar.name) ? [totals.get(bar.name)] : [])] })).sort((a, b) => b.bars[b.bars.length - 1].share - a.bars[a.bars.length - 1].share);
    byId('variance-legend').replaceChildren(...[...new Set(bars.map(bar => bar.kind))].map(kind => h('span', {}, s('svg', { width: 24, height: 12, 'aria-hidden': 'true' }, s('rect', { x: 1, y: 2, width: 22, height: 8, fill: colours[kind] })), kinds[kind])));
    byId('variance-note').textContent = '';
    if (!rows.length) { host.replaceChildren(h('p', { class: 'note' }, absent ? 'Not every point has this figure in one and the same replication, so its variance cannot be shared out.' : 'This figure is the same at all points.')); return; }
    const width = Math.max(300, host.clientWidth), beside = width >= 620, left = beside ? 220 : 4, right = 58, top = 6, thick = 13;
    const each = rows.map(row => (beside ? 12 : 30) + thick * row.bars.length + 4), base = top + each.reduce((a, b) => a + b, 0), height = base + 40;
    const least = Math.min(0, ...bars.map(bar => bar.low)), most = Math.max(...bars.map(bar => Math.max(bar.share, bar.high)), .1);
    const ticks = nice(Math.max(-1, least), Math.min(1.2, most), beside ? 6 : 4), from = ticks[0], to = ticks[ticks.length - 1];
    const X = v => left + (Math.max(from, Math.min(to, v)) - from) / (to - from) * (width - left - right);
    let y = top;
    const drawn = rows.map((row, i) => {
      const at = y; y += each[i];
      const lines = [row.name + ', ' + state.policy + ', ' + figureName(state.figure), ...row.bars.map(bar => kinds[bar.kind] + ': ' + bare(bar.share) + NB + '%' + (bar.low === bar.high ? '' : ' [' + bare(bar.low) + ', ' + bare(bar.high) + ']'))].join('\n');
      const barTop = at + (beside ? 6 : 22);
      return s('g', { tabindex: 0, role: 'img', 'aria-label': lines, onmousemove: event => point(event, lines), onfocus: event => point(event, lines), onmouseleave: unpoint, onblur: unpoint },
        s('rect', { x: 0, y: at, width: f(width), height: each[i], fill: 'transparent' }),
        s('text', { class: 'name', x: beside ? left - 10 : left, y: beside ? barTop + thick * row.bars.length / 2 + 4 : at + 15, 'text-anchor': beside ? 'end' : 'start' }, row.name),
        row.bars.map((bar, k) => {
          const middle = barTop + thick * k + (thick - 2) / 2;
          return [s('rect', { x: f(Math.min(X(0), X(bar.share))), y: barTop + thick * k, width: f(Math.abs(X(bar.share) - X(0))), height: thick - 2, fill: colours[bar.kind] }),
            bar.low === bar.high ? null : s('path', { d: 'M' + f(X(bar.low)) + ' ' + (middle - 3.5) + 'v7m0-3.5H' + f(X(bar.high)) + 'm0-3.5v7', fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.1 }),
            s('text', { x: f(Math.max(X(bar.share), X(bar.high)) + 6), y: middle + 4 }, bare(bar.share) + NB + '%')];
        }));
    });
    host.replaceChildren(s('svg', { viewBox: '0 0 ' + f(width) + ' ' + f(height), height: f(height), role: 'group', 'aria-label': 'Shares of the variance of ' + figureName(state.figure) + ' with ' + state.policy },
      ticks.map(v => [s('line', { class: 'grid', x1: f(X(v)), x2: f(X(v)), y1: top, y2: base }), s('text', { x: f(X(v)), y: base + 16, 'text-anchor': v === from ? 'start' : 'middle' }, Math.round(v * 100) + (v === to ? NB + '%' : ''))]),
      s('text', { x: f((left + width - right) / 2), y: height - 6, 'text-anchor': 'middle' }, 'share of the variance'),
      s('line', { x1: f(X(0)), x2: f(X(0)), y1: top, y2: base, stroke: 'var(--ink)', 'stroke-width': 1.4 }), drawn));
  }
  draw();
  return draw;
}
