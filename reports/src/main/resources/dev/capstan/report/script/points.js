// Tables as they came, column by column

function columnsOf(table) {
  const columns = new Map();
  for (const column of table.columns) columns.set(column.name, column);
  return {
    rows: table.rows,
    names: table.columns.map(column => column.name),
    has: name => columns.has(name),
    some: name => columns.get(name).numbers.some(v => v !== null),
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
  dimensions.push({ key: axis.path, name: axis.name, role: axis.role, values, words: values.map(value => wordOf(axis, value)), continuous: axis.continuous, log: axis.log, unit: axis.unit, numbers: axis.numbers, of: row => points.get(axis.path, row) });
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

const measureNames = ['success_rate', 'slo_attainment', 'goodput_requests_per_second', 'ttft_p99_seconds', 'over_cap_seconds', 'longest_excursion_seconds', 'stranded_watt_seconds', 'energy_joules', 'carbon_grams', 'energy_cost', 'joules_per_output_token', 'time_under_cap_fraction']
  .filter(name => [name, name + '_mean'].some(column => points.has(column) && points.some(column)));
const isMoved = row => points.has('parameter') && points.get('parameter', row) !== '';
const valueOf = (name, row) => points.get(points.has(name) ? name : name + '_mean', row);
const boundsOf = (name, row) => [points.get(name + '_low', row), points.get(name + '_high', row)];

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
