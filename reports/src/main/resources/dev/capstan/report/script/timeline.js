// Timeline: true power beside the cap, what the policy saw and did, from the whole run down to a second

/** An instant in words, to the second: 1 d 02:03:04. */
function instant(seconds) {
  const whole = Math.round(seconds), two = n => String(n).padStart(2, '0');
  if (whole < 60) return whole + NB + 's';
  const days = Math.floor(whole / 86400);
  return (days ? days + NB + 'd ' : '') + two(Math.floor(whole / 3600) % 24) + ':' + two(Math.floor(whole / 60) % 60) + ':' + two(whole % 60);
}

/** The same under the axis, as far as its steps tell. */
const tick = (seconds, step) => step >= 3600 ? seconds / 3600 + NB + 'h' : step >= 60 && seconds < 3600 ? seconds / 60 + NB + 'min' : instant(seconds).replace(/^\d+.d /, '').replace(/^(\d\d:\d\d):\d\d$/, step >= 60 ? '$1' : '$&');

let showTimeline = () => {};
function timelines() {
  const host = byId('timeline-plot'), controls = byId('timeline-controls'), legend = byId('timeline-legend');
  if (!data.timelines.length) { controls.remove(); legend.remove(); byId('timeline-reading').remove(); return () => {}; }
  let t, first = 0, end = 1, from = 0, to = 1, cursor = 0, domain = 0;
  const button = (text, onclick) => h('button', { type: 'button', onclick }, text);
  const closer = button('Zoom in', () => zoom(1 / 2)), wider = button('Zoom out', () => zoom(2)), reset = button('Whole run', () => whole());
  const earlier = button('← Earlier', () => pan(-.5)), later = button('Later →', () => pan(.5));
  const previous = button('Previous mark', () => toMark(-1)), next = button('Next mark', () => toMark(1));
  const domains = h('span', {});
  controls.append(select('Run', data.timelines.map((one, i) => [i, one.title]), 0, v => choose(Number(v))), domains, closer, wider, earlier, later, reset, previous, next);
  controls.addEventListener('submit', event => event.preventDefault());
  const swatch = shape => s('svg', { width: 24, height: 12, 'aria-hidden': 'true' }, shape);
  const stroke = (colour, dash, width) => swatch(s('line', { x1: 1, x2: 23, y1: 6, y2: 6, stroke: colour, 'stroke-width': width || 2, 'stroke-dasharray': dash }));

  const marksOf = one => [...one.decisions.map(([time, what, why]) => ({ time, what, why, decision: true })), ...one.events.map(([time, what, why]) => ({ time, what, why }))].sort((a, b) => a.time - b.time);
  function choose(index) {
    t = data.timelines[index];
    const all = course(t)[0];
    first = all.stretches[0].from;
    end = all.stretches[0].to > first ? all.stretches[0].to : first + 1;
    domain = 0;
    controls.querySelector('select').value = String(index);
    domains.replaceChildren(...(t.domains.length > 1 ? [select('Power domain', t.domains.map((one, i) => [i, one.name + (i ? '' : ', which carries the cap')]), 0, v => { domain = Number(v); draw(); })] : []));
    cursor = first;
    whole();
  }
  showTimeline = choose;
  const finest = () => Math.min(...course(t).map(level => level.step));
  function whole() { view((first + end) / 2, end - first); }
  /** Shows a span of time, as far as the run reaches and not below two of its finest steps. */
  function view(middle, span) {
    const shown = Math.min(end - first, Math.max(2 * finest(), span));
    from = Math.max(first, Math.min(end - shown, middle - shown / 2));
    to = from + shown;
    draw();
  }
  /** About an instant, or the reading where it stands inside, else about the middle. */
  function zoom(factor, about) {
    const middle = (from + to) / 2, still = about ?? (cursor > from && cursor < to ? cursor : middle);
    view(still + (middle - still) * factor, (to - from) * factor);
  }
  function pan(share) { view((from + to) / 2 + share * (to - from), to - from); }
  /** Moves the reading to the next decision or event, and the view with it. */
  function toMark(direction) {
    const marks = marksOf(t).filter(mark => direction > 0 ? mark.time > cursor + .5 : mark.time < cursor - .5);
    if (!marks.length) return;
    cursor = marks[direction > 0 ? 0 : marks.length - 1].time;
    view(cursor >= from && cursor <= to ? (from + to) / 2 : cursor, to - from);
  }

  /** What of the view this file does not hold as finely as the screen could show it, and which file does. */
  function note(steps, enough) {
    const parts = [], spans = [], shown = steps.map(step => step.level.step);
    const coarse = step => step.level.step > Math.max(1, enough) * 1.01;
    for (const step of steps) {
      if (!coarse(step)) continue;
      const last = spans[spans.length - 1];
      if (last && Math.abs(last.to - step.from) < 1e-6 && last.step === step.level.step) last.to = step.to;
      else spans.push({ from: step.from, to: step.to, step: step.level.step });
    }
    const least = Math.min(...shown), most = Math.max(...shown);
    if (shown.length) parts.push('Drawn in steps of ' + figure(least) + (most > least ? ' to ' + figure(most) : '') + ' s.');
    if (spans.length) {
      parts.push('This file has no finer steps than ' + spans.slice(0, 3).map(one => figure(one.step) + ' s from ' + instant(one.from) + ' to ' + instant(one.to)).join(', ') + (spans.length > 3 ? ' and in ' + (spans.length - 3) + ' more spans' : '') + '.');
      if (spans.some(one => one.step > t.rowSeconds)) parts.push('runs/' + t.run + '/timeline.csv has steps of ' + figure(t.rowSeconds) + ' s.');
      if (t.hasSeconds) parts.push('runs/' + t.run + '/seconds.csv has each second around what happened.');
    }
    for (const [name, left] of [['decisions', t.decisionsLeftOut], ['events', t.eventsLeftOut]]) if (left) parts.push(t[name].length + ' of ' + (t[name].length + left) + ' ' + name + ' are marked, all are in runs/' + t.run + '/' + name + '.csv.');
    if (t.domainsLeftOut) parts.push(t.domainsLeftOut + ' more power domains are in runs/' + t.run + '/domains.csv.');
    byId('timeline-note').textContent = parts.join(' ');
  }

  function draw() {
    const width = Math.max(300, host.clientWidth), left = 50, right = 12, top = 10, tall = width < 560 ? 210 : 290, several = t.domains.length > 1;
    const laneTop = top + tall + 12, laneTall = 16, replicaTop = laneTop + 2 * laneTall + 14, replicaTall = 52;
    const domainTop = replicaTop + replicaTall + 22, domainTall = several ? 64 : 0, bottom = several ? domainTop + domainTall : replicaTop + replicaTall, height = bottom + 26;
    const span = to - from, enough = 2 * span / (width - left - right), steps = stepsBetween(t, from, to, enough);
    const get = (step, key) => figureOf(t, step, domain && (key === 'mean' || key === 'max' || key === 'min') ? (key === 'min' ? 'mean' : key) + '.' + domain : key);
    const limit = step => domain ? t.domains[domain].limit : get(step, 'cap');
    const whole = course(t)[0].series;
    const seen = (domain ? ['mean', 'max'] : ['min', 'max', 'reference', 'sensed']).flatMap(key => steps.map(one => get(one, key))).filter(v => v !== null && v !== undefined);
    const highest = [...seen, ...steps.map(limit)].reduce((a, v) => Math.max(a, v || 0), 0), lowest = seen.reduce((a, v) => Math.min(a, v), Infinity);
    const base = lowest > highest * .45 ? lowest * .9 : 0;
    const ticks = nice(base, highest * 1.03, 5), y0 = ticks[0], y1 = Math.max(ticks[ticks.length - 1], highest * 1.02);
    const X = v => left + (v - from) / span * (width - left - right), Y = v => top + tall - (v - y0) / (y1 - y0) * tall;
    const f = v => v.toFixed(1);

    const line = (value, y) => { let d = '', pen = false; for (const step of steps) { const v = value(step); if (v === null || v === undefined) { pen = false; continue; } d += (pen ? 'L' : 'M') + f(X(step.from)) + ' ' + f(y(v)) + 'H' + f(X(step.to)); pen = true; } return d; };
    const boxes = (low, high) => steps.map(step => { const a = low(step), b = high(step); return a === null || b === null || a === undefined || b === undefined || !(b > a) ? '' : 'M' + f(X(step.from)) + ' ' + f(Y(a)) + 'V' + f(Y(b)) + 'H' + f(X(step.to)) + 'V' + f(Y(a)) + 'Z'; }).join('');
    const band = boxes(step => get(step, 'min'), step => get(step, 'max')), over = boxes(limit, step => get(step, 'max'));

    const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800].find(v => span / v <= (width < 560 ? 5 : 10)) || 604800;
    const times = [];
    for (let v = Math.ceil(from / step) * step; v <= to; v += step) times.push(v);

    const pods = one => ['ready', 'starting', 'terminating'].map(key => figureOf(t, one, key) || 0);
    let most = 1;
    for (let i = 0; i < (whole.ready || []).length; i++) most = Math.max(most, (whole.ready[i] || 0) + ((whole.starting || [])[i] || 0));
    for (const one of steps) { const [ready, starting] = pods(one); most = Math.max(most, ready + starting); }
    const R = v => replicaTop + replicaTall - v / most * replicaTall;
    let ready = '', starting = '';
    steps.forEach((one, i) => {
      const a = X(one.from), b = X(one.to), [r, st] = pods(one);
      ready += (i === 0 ? 'M' + f(a) + ' ' + f(R(0)) : '') + 'L' + f(a) + ' ' + f(R(r)) + 'H' + f(b) + (i === steps.length - 1 ? 'V' + f(R(0)) + 'Z' : '');
      if (st) starting += 'M' + f(a) + ' ' + f(R(r)) + 'V' + f(R(r + st)) + 'H' + f(b) + 'V' + f(R(r)) + 'Z';
    });

    const lanes = [];
    if (several) {
      const peak = Math.max(1, ...t.domains.flatMap((_, i) => i ? (whole['max.' + i] || whole['mean.' + i] || []).filter(v => v !== null) : []));
      const D = v => domainTop + domainTall - v / peak * domainTall;
      lanes.push(s('text', { x: left - 7, y: domainTop + 10, 'text-anchor': 'end' }, figure(peak / 1000)), s('text', { x: left + 4, y: domainTop - 5 }, 'domains below ' + t.domains[0].name + ' (kW)'),
        s('g', { 'clip-path': 'url(#inside)' }, t.domains.map((_, i) => i ? s('path', { d: line(one => figureOf(t, one, 'mean.' + i), D), fill: 'none', stroke: 'var(--c' + (i + 1) % 8 + ')', 'stroke-width': i === domain ? 2.6 : 1.4 }) : null)));
    }
    const marks = [], shapes = [];
    for (const one of marksOf(t)) {
      if (one.time < from || one.time > to) continue;
      const x = X(one.time), y = laneTop + (one.decision ? 0 : laneTall);
      marks.push({ x, y: y + laneTall / 2, ...one });
      shapes.push(one.decision ? s('path', { d: 'M' + f(x) + ' ' + (y + 3) + 'l4 8h-8z', fill: 'var(--c3)' }) : s('rect', { x: f(x - 3), y: y + 4, width: 6, height: 6, fill: 'var(--c4)' }));
    }
    legend.replaceChildren(
      h('span', {}, stroke('var(--c0)'), 'true power, mean'), h('span', {}, swatch(s('rect', { y: 2, width: 24, height: 8, fill: 'var(--band)' })), 'lowest to highest'),
      ...(domain ? (t.domains[domain].limit === null ? [] : [h('span', {}, stroke('var(--over)'), 'limit')]) : [h('span', {}, stroke('var(--over)'), 'cap')]),
      h('span', {}, swatch(s('rect', { y: 1, width: 24, height: 10, fill: 'var(--overfill)' })), domain ? 'over the limit' : 'over the cap'),
      ...(domain ? [] : [h('span', {}, stroke('var(--faint)', '4 3', 1.3), 'reference, uncapped'), h('span', {}, stroke('var(--c1)', '1.5 2.5', 2), 'sensed by the policy')]),
      h('span', {}, swatch(s('path', { d: 'M12 1l5 9h-10z', fill: 'var(--c3)' })), 'decision'), h('span', {}, swatch(s('rect', { x: 9, y: 2, width: 7, height: 7, fill: 'var(--c4)' })), 'event'),
      ...(several ? t.domains.map((one, i) => i ? h('span', {}, stroke('var(--c' + (i + 1) % 8 + ')'), one.name) : null).filter(Boolean) : []));

    const crossLine = s('line', { class: 'cross', y1: top, y2: bottom, x1: -9, x2: -9 });
    const brush = s('rect', { class: 'brush', y: top, height: bottom - top, x: 0, width: 0 });
    const canvas = s('svg', { viewBox: '0 0 ' + width + ' ' + height, height, role: 'img', tabindex: 0, 'aria-label': 'Power over time of ' + t.title + (domain ? ', domain ' + t.domains[domain].name : '') + '. Arrow keys move the reading, N and P go to the next and the previous decision or event, plus and minus zoom, Escape shows the whole run.' },
      s('defs', {}, s('clipPath', { id: 'inside' }, s('rect', { x: left, y: 0, width: width - left - right, height }))),
      ticks.map(v => [s('line', { class: 'grid', x1: left, x2: width - right, y1: f(Y(v)), y2: f(Y(v)) }), s('text', { x: left - 7, y: f(Y(v) + 4), 'text-anchor': 'end' }, figure(v / 1000) + (v === ticks[ticks.length - 1] ? NB + 'kW' : ''))]),
      s('g', { 'clip-path': 'url(#inside)' },
        s('path', { d: band, fill: 'var(--band)' }), s('path', { d: over, fill: 'var(--overfill)' }),
        domain ? null : s('path', { d: line(one => get(one, 'reference'), Y), fill: 'none', stroke: 'var(--faint)', 'stroke-width': 1.2, 'stroke-dasharray': '4 3' }),
        domain ? null : s('path', { d: line(one => get(one, 'sensed'), Y), fill: 'none', stroke: 'var(--c1)', 'stroke-width': 1.6, 'stroke-dasharray': '1.5 2.5' }),
        s('path', { d: line(one => get(one, 'mean'), Y), fill: 'none', stroke: 'var(--c0)', 'stroke-width': 1.7, 'stroke-linejoin': 'round' }),
        s('path', { d: line(limit, Y), fill: 'none', stroke: 'var(--over)', 'stroke-width': 2 }),
        s('path', { d: ready, fill: 'var(--c6)', opacity: .38 }), s('path', { d: starting, fill: 'var(--c4)', opacity: .6 }), shapes),
      s('text', { x: left - 7, y: replicaTop + 10, 'text-anchor': 'end' }, String(most)),
      s('text', { x: left + 4, y: replicaTop - 5 }, 'replicas ready, starting on top'), lanes,
      times.map(v => [s('line', { class: 'grid', x1: f(X(v)), x2: f(X(v)), y1: bottom, y2: bottom + 5 }), s('text', { x: f(X(v)), y: height - 6, 'text-anchor': X(v) > width - 30 ? 'end' : X(v) < left + 12 ? 'start' : 'middle' }, tick(v, step))]),
      brush, crossLine);

    const ratio = () => width / canvas.getBoundingClientRect().width;
    const place = event => (event.clientX - canvas.getBoundingClientRect().left) * ratio();
    const inside = x => Math.max(left, Math.min(width - right, x));
    const timeAt = x => from + (inside(x) - left) / (width - left - right) * span;
    const indexAt = seconds => { let low = 0, high = steps.length - 1; while (low < high) { const middle = (low + high + 1) >> 1; if (steps[middle].from <= seconds) low = middle; else high = middle - 1; } return low; };
    function read(seconds) {
      cursor = seconds;
      const one = steps[indexAt(seconds)];
      if (!one) return;
      crossLine.setAttribute('x1', f(X((one.from + one.to) / 2))); crossLine.setAttribute('x2', f(X((one.from + one.to) / 2)));
      const [r, st, gone] = pods(one), capNow = limit(one);
      const parts = [['at ', instant(one.begin)], ['power ', kilowatts(get(one, 'mean'))], ['highest ', kilowatts(get(one, 'max'))], [domain ? 'limit ' : 'cap ', kilowatts(capNow)],
        ...(domain ? [] : [['reference ', kilowatts(get(one, 'reference'))], ['sensed ', kilowatts(get(one, 'sensed'))]]),
        ['replicas ', figure(r) + (st ? ' + ' + figure(st) + ' starting' : '') + (gone ? ' + ' + figure(gone) + ' leaving' : '')], ['waiting ', figure(figureOf(t, one, 'waiting'))]];
      const heat = figureOf(t, one, 'heat.' + domain);
      if (heat !== null) parts.push(['breaker heat ', bare(heat) + NB + '%']);
      const here = marksOf(t).filter(mark => mark.time >= one.begin && mark.time < one.end);
      byId('timeline-reading').replaceChildren(...parts.flatMap(([name, value], k) => [k ? '   ' : '', name, h('b', {}, value)]),
        ...here.slice(0, 3).flatMap(mark => ['\n' + instant(mark.time) + ' ', h('b', {}, mark.what), mark.why ? ': ' + mark.why : '']), here.length > 3 ? '\nand ' + (here.length - 3) + ' more here' : '');
    }
    let start = null;
    canvas.addEventListener('pointerdown', event => { if (event.button === 0 && event.pointerType !== 'touch') { start = inside(place(event)); canvas.setPointerCapture(event.pointerId); } });
    canvas.addEventListener('pointermove', event => {
      const x = place(event);
      if (start !== null) { const b = inside(x); brush.setAttribute('x', Math.min(start, b)); brush.setAttribute('width', Math.abs(b - start)); }
      read(timeAt(x));
      const y = (event.clientY - canvas.getBoundingClientRect().top) * ratio();
      const hit = marks.filter(mark => Math.abs(mark.x - x) < 6 && Math.abs(mark.y - y) < 10).sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
      if (hit) point(event, instant(hit.time) + '  ' + hit.what + (hit.why ? '\n' + hit.why : '')); else unpoint();
    });
    canvas.addEventListener('pointerup', event => {
      if (start === null) return;
      const b = inside(place(event)), a = start; start = null;
      brush.setAttribute('width', 0);
      if (Math.abs(b - a) >= 6) view((timeAt(a) + timeAt(b)) / 2, Math.abs(timeAt(b) - timeAt(a)));
    });
    canvas.addEventListener('pointerleave', unpoint);
    canvas.addEventListener('dblclick', () => view((first + end) / 2, end - first));
    // The page scrolls over a chart that was not chosen: by a click, by Tab, or with Ctrl held.
    canvas.addEventListener('wheel', event => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(Math.sign(event.deltaX) * .1);
      else zoom(event.deltaY < 0 ? 1 / 1.5 : 1.5, timeAt(place(event)));
    }, { passive: false });
    canvas.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const move = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[event.key];
      if (event.key === 'Escape') view((first + end) / 2, end - first);
      else if (event.key === '+' || event.key === '=') zoom(1 / 2);
      else if (event.key === '-') zoom(2);
      else if (event.key === 'n' || event.key === 'p') toMark(event.key === 'n' ? 1 : -1);
      else if (event.key === 'Home' || event.key === 'End') { event.preventDefault(); cursor = event.key === 'Home' ? first : end - 1e-3; view(cursor, span); }
      else if (move) {
        event.preventDefault();
        const i = indexAt(cursor) + move;
        const edge = i < 0 ? steps[0].begin - 1e-3 : i < steps.length ? steps[i].from : steps[steps.length - 1].end;
        if (i >= 0 && i < steps.length) read(edge);
        else { cursor = Math.max(first, Math.min(end - 1e-3, edge)); view(cursor, span); }
      }
    });
    const focused = document.activeElement && host.contains(document.activeElement);
    host.replaceChildren(canvas);
    if (focused) canvas.focus();
    reset.disabled = wider.disabled = from <= first && to >= end;
    earlier.disabled = from <= first;
    later.disabled = to >= end;
    closer.disabled = span <= 2 * finest();
    note(steps, enough);
    read(cursor >= from && cursor < to ? cursor : from);
  }
  const baselines = new Set(data.policies.filter(policy => policy.baseline).map(policy => policy.label));
  choose(Math.max(0, data.timelines.findIndex(one => !baselines.has(one.policy))));
  return draw;
}
