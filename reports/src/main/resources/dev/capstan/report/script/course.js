// The course of a run at several resolutions, unpacked when it is first shown

/** Packed as PackedNumbers says: null where there is no value. */
function unpack({ unit, data }) {
  const bytes = atob(data), values = [];
  let at = 0, value = 0, known = false;
  const next = () => { let n = 0, factor = 1, byte; do { byte = bytes.charCodeAt(at++); n += (byte & 127) * factor; factor *= 128; } while (byte > 127); return n; };
  while (at < bytes.length) {
    const token = next();
    if (token === 0) { for (let times = next(); times > 0; times--) values.push(known ? value * unit : null); continue; }
    known = token > 1;
    if (known) { const n = token - 2; value += n % 2 ? -(n + 1) / 2 : n / 2; }
    values.push(known ? value * unit : null);
  }
  return values;
}

const courses = new Map();
/** The levels of a shown run, the coarsest first. */
function course(t) {
  if (!courses.has(t)) {
    courses.set(t, t.levels.map(level => {
      const series = Object.fromEntries(Object.entries(level.series).map(([key, packed]) => [key, unpack(packed)]));
      const stretches = [];
      for (let i = 0, base = 0; i < level.stretches.length; i += 2) {
        const [first, count] = level.stretches.slice(i, i + 2);
        stretches.push({ from: level.begin + first * level.step, to: level.begin + (first + count) * level.step, base });
        base += count;
      }
      return { step: level.step, series, stretches };
    }));
  }
  return courses.get(t);
}

/** The step of the level that holds an instant, as what is drawn of it. */
function stepAt(level, seconds) {
  const stretch = level.stretches.find(one => seconds >= one.from && seconds < one.to);
  if (!stretch) return null;
  const i = Math.floor((seconds - stretch.from) / level.step + 1e-9);
  return { level, at: stretch.base + i, from: stretch.from + i * level.step, to: stretch.from + (i + 1) * level.step };
}

/**
 * What is drawn between two instants: steps side by side, as fine as there are, but no finer than `enough` seconds. Those at
 * the edges are cut, from `from` to `to` in place of `begin` to `end`.
 */
function stepsBetween(t, from, to, enough) {
  const levels = course(t);
  let pieces = [{ from, to, level: null }];
  for (const level of levels) {
    const finer = [];
    for (const piece of pieces) {
      if (piece.level && piece.level.step <= enough) { finer.push(piece); continue; }
      let begin = piece.from;
      for (const stretch of level.stretches) {
        const a = Math.max(begin, stretch.from), b = Math.min(piece.to, stretch.to);
        if (b <= a) continue;
        if (a > begin) finer.push({ ...piece, from: begin, to: a });
        finer.push({ from: a, to: b, level });
        begin = b;
      }
      if (begin < piece.to) finer.push({ ...piece, from: begin });
    }
    pieces = finer;
  }
  const steps = [];
  for (const piece of pieces) {
    if (!piece.level) continue;
    for (let seconds = piece.from; seconds < piece.to - 1e-9;) {
      const step = stepAt(piece.level, seconds + 1e-6);
      if (!step) break;
      steps.push({ ...step, begin: step.from, end: step.to, from: Math.max(step.from, piece.from), to: Math.min(step.to, piece.to) });
      seconds = step.to;
    }
  }
  return steps;
}

/** A figure of a step; where it is not known so finely, that of the step around it. */
function figureOf(t, step, key) {
  const own = step.level.series[key];
  if (own) return own[step.at];
  if (key === 'min' || key === 'max') return figureOf(t, step, 'mean');
  const [stem, domain] = key.split('.');
  if (domain && stem === 'max') return figureOf(t, step, 'mean.' + domain);
  const levels = course(t);
  for (let i = levels.indexOf(step.level) - 1; i >= 0; i--) {
    const around = levels[i].series[key] && stepAt(levels[i], (step.from + step.to) / 2);
    if (around) return levels[i].series[key][around.at];
  }
  return null;
}
