// Tables that stand in the page as they are: sorted by any column, filtered by words and by the values of columns

function sortable(table) {
  const body = table.tBodies[0], tools = byId(table.dataset.sortable), rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells], names = heads.map(head => head.childNodes[0].textContent.trim());
  const valueOf = (row, i) => row.cells[i].dataset.value ?? row.cells[i].textContent.trim();
  let by = -1, direction = 1;
  const numeric = heads.map((_, i) => rows.every(row => valueOf(row, i) === '' || Number.isFinite(Number(valueOf(row, i)))));
  const status = h('span', { role: 'status' }), wanted = new Map();
  const buttons = heads.map((head, i) => {
    const button = h('button', { type: 'button', onclick: () => sort(i, by === i ? -direction : 1) }, ...head.childNodes, h('i', { 'aria-hidden': 'true' }));
    head.replaceChildren(button);
    return button;
  });
  const chooser = h('select', { onchange: event => sort(Number(event.target.value), direction) }, h('option', { value: -1 }, 'as given'), names.map((name, i) => h('option', { value: i }, name)));
  const turn = h('button', { type: 'button', onclick: () => sort(by, -direction) }, 'Reverse');

  function sort(i, way) {
    by = i; direction = way;
    const order = [...rows];
    if (by >= 0) order.sort((a, b) => {
      const x = valueOf(a, by), y = valueOf(b, by);
      if (x === '' || y === '') return (x === '') - (y === '') || rows.indexOf(a) - rows.indexOf(b);
      return direction * (numeric[by] ? Number(x) - Number(y) : x.localeCompare(y, 'en')) || rows.indexOf(a) - rows.indexOf(b);
    });
    else if (direction < 0) order.reverse();
    body.append(...order);
    heads.forEach((head, k) => {
      if (k === by) head.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending'); else head.removeAttribute('aria-sort');
      buttons[k].querySelector('i').textContent = k === by ? (direction > 0 ? ' ↑' : ' ↓') : '';
    });
    chooser.value = String(by);
  }
  function filter() {
    let shown = 0;
    for (const row of rows) {
      row.hidden = ![...wanted].every(([i, fits]) => fits(row.cells[i]));
      if (!row.hidden) shown++;
    }
    status.textContent = shown === rows.length ? rows.length + ' rows' : shown + ' of ' + rows.length + ' rows';
  }
  const filters = heads.map((head, i) => {
    if (head.dataset.filter === 'text') return h('input', { type: 'search', placeholder: 'Filter by ' + names[i].toLowerCase(), 'aria-label': 'Filter by ' + names[i].toLowerCase(), oninput: event => {
      const terms = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
      wanted.set(i, cell => terms.every(term => cell.textContent.toLowerCase().includes(term)));
      filter();
    } });
    const words = new Map(rows.map(row => [valueOf(row, i), row.cells[i].textContent.trim()]));
    if (head.dataset.filter !== 'choice' || words.size < 2) return null;
    return select(names[i].charAt(0).toUpperCase() + names[i].slice(1), [['*', 'all'], ...[...words].map(([value, word]) => [value, word])], '*', v => { wanted.set(i, cell => v === '*' || (cell.dataset.value ?? cell.textContent.trim()) === v); filter(); });
  });
  tools.append(...filters.filter(Boolean), h('label', {}, 'Sorted by', chooser), turn, status);
  filter();
}
