// Tables

function dataTable(host, label, columns, count) {
  let sortBy = -1, direction = 1, filter = '', all = false, limit = 100;
  const order = Array.from({ length: count }, (_, i) => i);
  const texts = columns.filter(c => !c.numeric);
  const status = h('span', { role: 'status' });
  const table = h('table', {});
  const more = h('button', { type: 'button', onclick: () => { limit = Infinity; draw(); } });
  const search = h('input', { type: 'search', placeholder: 'Filter rows', 'aria-label': 'Filter ' + label, oninput: event => { filter = event.target.value; draw(); } });
  const wide = h('input', { type: 'checkbox', onchange: event => { all = event.target.checked; draw(); } });
  host.append(h('div', { class: 'tools' }, search, h('label', { class: 'check' }, wide, 'All columns'), status),
    h('div', { class: 'scroll data', tabindex: 0, role: 'region', 'aria-label': label }, table), h('p', { class: 'note' }, more));

  function draw(focusColumn) {
    const shown = columns.filter(c => all || c.main);
    const terms = filter.toLowerCase().split(/\s+/).filter(Boolean);
    let rows = terms.length ? order.filter(row => { const text = texts.map(c => c.show(row)).join(' ').toLowerCase(); return terms.every(term => text.includes(term)); }) : order.slice();
    const column = columns[sortBy];
    if (column) rows.sort((a, b) => {
      const x = column.value(a), y = column.value(b);
      if (x === null || y === null) return (x === null) - (y === null) || a - b;
      return direction * (x < y ? -1 : x > y ? 1 : 0) || a - b;
    });
    const head = h('tr', {}, shown.map(c => {
      const i = columns.indexOf(c), sorted = i === sortBy;
      return h('th', { scope: 'col', class: c.numeric ? 'n' : null, title: c.name, 'aria-sort': sorted ? (direction > 0 ? 'ascending' : 'descending') : null },
        h('button', { type: 'button', 'data-column': i, onclick: () => { if (sorted) direction = -direction; else { sortBy = i; direction = 1; } draw(i); } }, c.label, h('i', { 'aria-hidden': 'true' }, sorted ? (direction > 0 ? ' ↑' : ' ↓') : '')));
    }));
    table.replaceChildren(h('thead', {}, head), h('tbody', {}, rows.slice(0, limit).map(row => h('tr', {}, shown.map((c, i) => {
      const interval = c.interval ? c.interval(row) : '';
      return h(i === 0 ? 'th' : 'td', { class: c.numeric ? 'n' : null, scope: i === 0 ? 'row' : null }, c.show(row), interval ? h('small', {}, interval) : null);
    })))));
    status.textContent = rows.length === count ? count + ' rows' : rows.length + ' of ' + count + ' rows';
    more.parentElement.hidden = rows.length <= limit;
    more.textContent = 'Show all ' + rows.length + ' rows';
    if (focusColumn !== undefined) { const button = table.querySelector('[data-column="' + focusColumn + '"]'); if (button) button.focus(); }
  }
  draw();
}

function textColumn(table, name, main) {
  const axis = axisOf.get(name);
  return {
    name, main, label: axis ? axis.name.charAt(0).toUpperCase() + axis.name.slice(1) : heading(name), numeric: false,
    value: row => axis ? (axis.values.includes(table.get(name, row)) ? axis.values.indexOf(table.get(name, row)) : axis.values.length) : name === 'policy' ? policyNames.indexOf(table.get(name, row)) : table.get(name, row),
    show: row => axis ? wordOf(axis, table.get(name, row)) : table.get(name, row),
  };
}
function numberColumn(table, name, main, source, low, high) {
  return {
    name: source, main, label: heading(name), numeric: true, value: row => table.get(source, row), show: row => show(name, table.get(source, row)),
    interval: low ? row => { const a = table.get(low, row), b = table.get(high, row); return a === null || a === undefined || a === b ? '' : '[' + show(name, a) + ', ' + show(name, b) + ']'; } : null,
  };
}

function tables() {
  const inMain = new Set(['policy', ...(data.axes.some(axis => axis.role === 'CAP') ? [] : ['cap_watts']), 'disturbances', 'success_rate', 'slo_attainment', 'goodput_requests_per_second', 'ttft_p99_seconds', 'over_cap_seconds', 'run_id', 'replication']);
  const ofPoints = [];
  for (const name of points.names) {
    if (points.isText(name)) ofPoints.push(textColumn(points, name, true));
    else if (name === 'success_rate') ofPoints.push(numberColumn(points, name, true, name, 'success_rate_low', 'success_rate_high'));
    else if (name.endsWith('_mean')) { const stem = name.slice(0, -5); ofPoints.push(numberColumn(points, stem, inMain.has(stem), name, stem + '_low', stem + '_high')); }
    else if (!/_(low|high)$/.test(name)) ofPoints.push(numberColumn(points, name, inMain.has(name), name));
  }
  const lead = list => [...list.filter(c => c.name === 'policy'), ...list.filter(c => c.name !== 'policy')];
  dataTable(byId('points-table'), 'points of the sweep', lead(ofPoints), points.rows);
  const ofRuns = runs.names.map(name => runs.isText(name) ? textColumn(runs, name, axisOf.has(name) || inMain.has(name)) : numberColumn(runs, name, inMain.has(name), name));
  dataTable(byId('runs-table'), 'all runs', [...ofRuns.filter(c => c.name === 'run_id'), ...ofRuns.filter(c => c.name !== 'run_id')], runs.rows);
}
