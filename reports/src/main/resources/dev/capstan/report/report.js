'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const tip = document.getElementById('tip');
  const byId = id => document.getElementById(id);
  const darkScheme = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (document.documentElement.dataset.theme || (darkScheme.matches ? 'dark' : 'light')) === 'dark';
  const template = document.createElement('template');
  template.innerHTML = '<svg></svg>';
  const svgSpace = template.content.firstChild.namespaceURI;

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? '' : value);
    }
    for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) node.append(child);
    return node;
  }
  const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
  const s = (name, attributes, ...children) => fill(document.createElementNS(svgSpace, name), attributes, children);

  // Figures

  const NB = '\u00a0';
  function figure(v) {
    if (v === null || v === undefined) return '–';
    if (v === 0) return '0';
    const size = Math.abs(v);
    if (size >= 1e7 || size < 1e-3) return v.toExponential(2);
    const text = size >= 100 ? String(Math.round(v)) : String(Number(v.toPrecision(3)));
    return text.replace(/^(-?\d{5,})$/, digits => digits.replace(/\B(?=(\d{3})+$)/g, '\u202f'));
  }
  function bare(share) {
    if (share === null) return '–';
    const percent = share * 100, whole = Math.round(percent);
    if ((whole === 0 || whole === 100) && percent !== whole) return Math.min(99.9, Math.max(0.1, percent)).toFixed(1);
    return String(whole);
  }
  const kilowatts = v => v === null || v === undefined ? '–' : figure(v / 1000) + NB + 'kW';
  const isShare = name => /^success_rate|fraction|attainment|^window_success/.test(name);

  function heading(name) {
    const units = [['_requests_per_second', ' (requests/s)'], ['_watt_seconds', ' (W·s)'], ['_seconds', ' (s)'], ['_watts', ' (W)'], ['_joules', ' (J)'], ['_grams', ' (g)'], ['_fraction', ' (%)']];
    let unit = isShare(name) ? ' (%)' : '';
    let stem = name;
    for (const [ending, text] of units) if (stem.endsWith(ending)) { stem = stem.slice(0, -ending.length); unit = text; break; }
    stem = stem.replace(/_/g, ' ').replace(/\b(ttft|tpot|e2e|slo)\b/g, word => word.toUpperCase());
    return stem.charAt(0).toUpperCase() + stem.slice(1) + unit;
  }
  const show = (name, v) => v === null || v === undefined ? '–' : isShare(name) ? bare(v) : figure(v);

  // Tables as they came, column by column

  function columnsOf(table) {
    const columns = new Map();
    for (const column of table.columns) columns.set(column.name, column);
    return {
      rows: table.rows,
      names: table.columns.map(column => column.name),
      has: name => columns.has(name),
      isText: name => Boolean(columns.get(name).text),
      words: name => columns.get(name).words,
      get: (name, row) => {
        const column = columns.get(name);
        if (!column) return null;
        return column.text ? column.words[column.text[row]] : column.numbers[row];
      },
    };
  }
  const points = columnsOf(data.points);
  const runs = columnsOf(data.runs);
  const axisOf = new Map(data.axes.map(axis => [axis.path, axis]));
  const policyNames = data.policies.map(policy => policy.label);
  const wordOf = (axis, value) => { const at = axis.values.indexOf(value); return at < 0 ? value : axis.words[at]; };

  // What can vary: the policy, the axes, and the cap where no axis gives it

  const dimensions = [];
  for (const axis of data.axes) {
    const values = axis.values.slice();
    for (const value of points.words(axis.path) || []) if (!values.includes(value)) values.push(value);
    dimensions.push({ key: axis.path, name: axis.name, role: axis.role, values, words: values.map(value => wordOf(axis, value)), of: row => points.get(axis.path, row) });
  }
  if (!data.axes.some(axis => axis.role === 'CAP')) {
    dimensions.push({ key: 'cap_watts', name: 'cap', role: 'CAP', values: data.caps.map(cap => cap.watts), words: data.caps.map(cap => cap.label), of: row => points.get('cap_watts', row) });
  }
  dimensions.push({ key: 'policy', name: 'policy', role: 'POLICY', values: policyNames, words: policyNames, of: row => points.get('policy', row) });
  const dimension = key => dimensions.find(d => d.key === key);
  const varying = dimensions.filter(d => d.values.length > 1);

  function describe(row, except) {
    return dimensions.filter(d => d.key !== except).map(d => d.name + ' ' + d.words[d.values.indexOf(d.of(row))]).join(', ');
  }

  function select(label, options, value, onchange) {
    return h('label', {}, label, h('select', { onchange: event => onchange(event.target.value) },
      options.map(([key, text]) => h('option', { value: key, selected: String(key) === String(value) }, text))));
  }

  function point(event, text) {
    tip.textContent = text;
    tip.hidden = false;
    const box = event.target.getBoundingClientRect();
    const x = event.clientX === undefined || event.type === 'focus' ? box.left + box.width / 2 : event.clientX;
    const y = event.clientX === undefined || event.type === 'focus' ? box.bottom : event.clientY + 14;
    const size = tip.getBoundingClientRect();
    tip.style.left = Math.max(6, Math.min(innerWidth - size.width - 6, x + 10)) + 'px';
    tip.style.top = (y + size.height > innerHeight - 6 ? Math.max(6, y - size.height - 30) : y) + 'px';
  }
  const unpoint = () => { tip.hidden = true; };

  // Colour: lightness falls (or, on dark, rises) steadily with the value, so it reads in grey and without red and green

  const ramps = {
    light: [[255, 243, 207], [190, 222, 201], [95, 183, 181], [44, 122, 155], [23, 64, 109]],
    dark: [[58, 42, 64], [66, 74, 122], [51, 120, 150], [98, 179, 158], [240, 228, 150]],
  };
  function rampColour(share) {
    const stops = ramps[isDark() ? 'dark' : 'light'];
    const at = Math.min(1, Math.max(0, share)) * (stops.length - 1), low = Math.min(stops.length - 2, Math.floor(at));
    return stops[low].map((c, i) => Math.round(c + (stops[low + 1][i] - c) * (at - low)));
  }
  const rgb = c => 'rgb(' + c.join(',') + ')';
  function luminance(c) {
    const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b;
  }
  // Black and white have the same contrast, 4.58, where (L + .05)² = .05 · 1.05: at least 4.5 on every colour.
  const inkOn = c => luminance(c) > .179 ? '#000000' : '#ffffff';

  // Surface

  const measureNames = ['success_rate', 'slo_attainment', 'goodput_requests_per_second', 'ttft_p99_seconds', 'over_cap_seconds', 'longest_excursion_seconds', 'stranded_watt_seconds', 'energy_joules', 'joules_per_output_token', 'time_under_cap_fraction']
    .filter(name => points.has(name) || points.has(name + '_mean'));
  const isMoved = row => points.has('parameter') && points.get('parameter', row) !== '';
  const valueOf = (name, row) => points.get(points.has(name) ? name : name + '_mean', row);
  const boundsOf = (name, row) => [points.get(name + '_low', row), points.get(name + '_high', row)];

  function surface() {
    const host = byId('surface-plot'), controls = byId('surface-controls');
    const preferred = [...varying.filter(d => d.role === 'SETTING'), ...varying.filter(d => d.role === 'CONDITION'), ...varying.filter(d => d.role === 'CAP'), ...varying.filter(d => d.role === 'POLICY'), ...dimensions];
    const state = { x: preferred[0].key, y: (preferred.find((d, i) => i > 0 && d !== preferred[0]) || preferred[0]).key, measure: 'success_rate', at: {} };
    for (const d of dimensions) state.at[d.key] = d.role === 'POLICY' ? '*' : String(Math.floor((d.values.length - 1) / 2));
    const cliff = .25;

    function draw() {
      const rest = varying.filter(d => d.key !== state.x && d.key !== state.y);
      const choices = (varying.length > 1 ? varying : dimensions).map(d => [d.key, d.name]);
      controls.replaceChildren(
        select('Across', choices, state.x, v => { if (v === state.y) state.y = state.x; state.x = v; draw(); }),
        select('Down', choices, state.y, v => { if (v === state.x) state.x = state.y; state.y = v; draw(); }),
        ...rest.map(d => select(d.name.charAt(0).toUpperCase() + d.name.slice(1),
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
        if (rest.some(d => d.role !== 'POLICY' && d.values.indexOf(d.of(row)) !== Number(state.at[d.key]))) continue;
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
      const least = 76 + 60 * Math.max(3, x.values.length);
      host.replaceChildren(h('div', { class: 'panels', style: 'grid-template-columns:repeat(auto-fill,minmax(min(100%,' + least + 'px),1fr))' }, facets.map(facet => h('div', { class: 'panel' },
        h('table', { class: 'heat' },
          h('caption', {}, facet === null ? heading(state.measure) : policies.words[facet]),
          h('thead', {},
            h('tr', {}, h('td', { class: 'axis', style: 'border:0;padding:0' }), h('th', { class: 'axis across', colspan: x.values.length }, x.name)),
            h('tr', {}, h('th', { class: 'axis', scope: 'col' }, y.name), x.words.map(word => h('th', { scope: 'col' }, word)))),
          h('tbody', {}, y.values.map((_, j) => h('tr', {}, h('th', { scope: 'row' }, y.words[j]),
            x.values.map((_, i) => cell(rowAt(facet, i, j), falls(rowAt(facet, i, j), rowAt(facet, i + 1, j)), falls(rowAt(facet, i, j), rowAt(facet, i, j + 1)), low, high))))))))));

      const stops = [0, .25, .5, .75, 1].map(at => rgb(rampColour(at))).join(',');
      byId('surface-legend').replaceChildren(
        h('span', {}, show(state.measure, low), h('i', { class: 'ramp', style: 'background:linear-gradient(90deg,' + stops + ')' }), show(state.measure, high) + (isShare(state.measure) ? NB + '%' : '')),
        ...(state.measure === 'success_rate' ? [h('span', {}, h('i', { class: 'edge' }), 'cliff: a fall of more than 25 points'), h('span', {}, 'hatched: no disturbance')] : []));
    }

    function cell(row, right, below, low, high) {
      const edges = (right ? ' cliff-r' : '') + (below ? ' cliff-b' : '');
      if (row === undefined) return h('td', { class: 'none' + edges }, data.points.rowsOnDisk > points.rows ? 'left out' : 'not run');
      const value = valueOf(state.measure, row);
      const timeline = data.timelines.findIndex(t => samePlace(t.row, row));
      const actions = {
        tabindex: 0, 'aria-describedby': 'tip', onmousemove: event => point(event, details(row, timeline)), onfocus: event => point(event, details(row, timeline)), onmouseleave: unpoint, onblur: unpoint,
        onclick: () => jump(timeline), onkeydown: event => { if (event.key === 'Enter') jump(timeline); },
      };
      if (value === null) return h('td', { ...actions, class: 'none' + edges }, state.measure === 'success_rate' ? 'no dist.' : '–');
      const colour = rampColour(high > low ? (value - low) / (high - low) : 1);
      const [from, to] = boundsOf(state.measure, row);
      return h('td', { ...actions, class: (timeline >= 0 ? 'linked' : '') + edges, style: 'background:' + rgb(colour) + ';color:' + inkOn(colour) },
        show(state.measure, value), from === null || from === undefined || from === to ? null : h('small', {}, show(state.measure, from) + '–' + show(state.measure, to)));
    }
    function jump(timeline) {
      if (timeline >= 0) { unpoint(); showTimeline(timeline); byId('timeline').scrollIntoView(); }
    }
    draw();
    return draw;
  }

  function samePlace(run, row) {
    if (run >= runs.rows) return false;
    const place = [...data.axes.map(axis => axis.path), ...(points.has('parameter') ? ['parameter', 'end'] : [])];
    return place.every(name => runs.get(name, run) === points.get(name, row))
      && runs.get('policy', run) === points.get('policy', row) && runs.get('cap_watts', run) === points.get('cap_watts', row);
  }

  function details(row, timeline) {
    const rate = points.get('success_rate', row), lines = [describe(row)];
    lines.push(rate === null ? 'No disturbance' : 'Contained, of ' + figure(points.get('disturbances', row)) + ' disturbances: ' + bare(rate) + NB + '% [' + bare(points.get('success_rate_low', row)) + ', ' + bare(points.get('success_rate_high', row)) + ']');
    for (const name of measureNames.slice(1, 6)) {
      const value = valueOf(name, row);
      if (value !== null) lines.push(heading(name) + ': ' + show(name, value));
    }
    if (timeline >= 0) lines.push('Click to see its power over time');
    return lines.join('\n');
  }

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

  function nice(low, high, count) {
    if (!(high > low)) { high = low + 1; }
    const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map(m => m * power).find(v => v >= raw);
    const ticks = [];
    for (let k = Math.floor(low / step); k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
    if (ticks[ticks.length - 1] < high) ticks.push(Number(((Math.floor(low / step) + ticks.length) * step).toPrecision(12)));
    return ticks;
  }

  // Safety against service

  const outlines = [
    'M0-5a5 5 0 1 0 .01 0Z', 'M-4.4-4.4h8.8v8.8h-8.8Z', 'M0-5.6 5.2 4.2h-10.4Z', 'M0-6 6 0 0 6-6 0Z', 'M0 5.6 5.2-4.2h-10.4Z',
    'M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z', 'M-5.4-2.2 0-6 5.4-2.2 3.4 4.6h-6.8Z', 'M-6-3h12v6h-12Z',
  ];
  const mark = policy => ({ d: outlines[policy % outlines.length], colour: 'var(--c' + (policy % 8) + ')' });

  const policyKey = i => h('span', {}, s('svg', { width: 14, height: 14, viewBox: '-7 -7 14 14', 'aria-hidden': 'true' }, s('path', { d: mark(i).d, fill: mark(i).colour })), policyNames[i]);

  function tradeoff() {
    const host = byId('tradeoff-plot');
    const measures = [['slo_attainment', 1], ['goodput_requests_per_second', 1], ['ttft_p99_seconds', -1], ['energy_joules', -1], ['stranded_watt_seconds', -1], ['over_cap_seconds', -1]].filter(([name]) => points.has(name + '_mean'));
    if (!measures.length) return () => {};
    const groups = dimensions.filter(d => d.values.length > 1 && (d.role === 'CAP' || d.role === 'CONDITION'));
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
      const least = ticks[0], most = ticks[ticks.length - 1], each = (width - left - right) / axis.values.length;
      const Y = v => top + (1 - (Math.max(least, Math.min(most, v)) - least) / (most - least)) * (height - top - bottom);
      const X = dot => left + (dot.at + .5) * each + (shown.indexOf(dot.policy) - (shown.length - 1) / 2) * Math.min(10, each * .6 / shown.length);
      const lines = dot => [axis.name + ' ' + axis.words[dot.at] + ', policy ' + policyNames[dot.policy], heading(state.measure) + ': ' + show(state.measure, dot.mean) + ' [' + show(state.measure, dot.low) + ', ' + show(state.measure, dot.high) + ']', 'Mean over ' + dot.points + ' points'].join('\n');
      return h('div', { class: 'panel plot' }, s('svg', { viewBox: '0 0 ' + f(width) + ' ' + height, height, role: 'group', 'aria-label': heading(state.measure) + ' over ' + axis.name },
        ticks.map((v, i) => [s('line', { class: 'grid', x1: left, x2: f(width - right), y1: f(Y(v)), y2: f(Y(v)) }), s('text', { x: left - 7, y: f(Y(v) + 4), 'text-anchor': 'end' }, share ? v * 100 + (v === 1 ? ' %' : '') : figure(v))]),
        axis.words.map((word, i) => s('text', { x: f(left + (i + .5) * each), y: height - bottom + 17, 'text-anchor': 'middle' }, word)),
        s('text', { x: f((left + width - right) / 2), y: height - 6, 'text-anchor': 'middle' }, axis.name),
        shown.map(policy => {
          const line = dots.filter(dot => dot.policy === policy).sort((a, b) => a.at - b.at);
          return [s('path', { d: line.map((dot, i) => (i ? 'L' : 'M') + f(X(dot)) + ' ' + f(Y(dot.mean))).join(''), fill: 'none', stroke: mark(policy).colour, 'stroke-width': 1.4, opacity: .7 }),
            line.map(dot => s('g', { transform: 'translate(' + f(X(dot)) + ' ' + f(Y(dot.mean)) + ')', tabindex: 0, role: 'img', 'aria-label': lines(dot), onmousemove: event => point(event, lines(dot)), onfocus: event => point(event, lines(dot)), onmouseleave: unpoint, onblur: unpoint },
              s('line', { x1: 0, x2: 0, y1: f(Y(dot.low) - Y(dot.mean)), y2: f(Y(dot.high) - Y(dot.mean)), stroke: mark(policy).colour, opacity: .6 }),
              s('path', { d: mark(policy).d, fill: mark(policy).colour, transform: 'scale(.8)' })))];
        })));
    }
    draw();
    return draw;
  }

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

  const redraws = [surface(), timelines(), distributions(), tradeoff(), effects(), sensitivity()];
  tables();
  const redraw = () => redraws.forEach(draw => draw());
  darkScheme.addEventListener('change', redraw);
  let pending = 0;
  addEventListener('resize', () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => { redraws.slice(1).forEach(draw => draw()); }); });
  addEventListener('scroll', unpoint, { passive: true });
  document.documentElement.dataset.ready = 'true';
})();
