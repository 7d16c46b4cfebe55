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
