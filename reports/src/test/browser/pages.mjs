// Opens the pages that BrowserTest made and tries what a reader does with them. Prints one line of JSON for each case:
// {"case": its name, "error": what was wrong, or null}.
//
//   node pages.mjs CHROMIUM FOLDER [WORDS]
//
// With WORDS only the cases whose names hold them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, folder, words = ''] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'] });
const cases = [];
const test = (name, run) => cases.push({ name, run });

/** Opens a page; what the console says and what is asked for beside the file itself is held against it when the case ends. */
async function open(name, { width = 1280, colorScheme = 'light', javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled, reducedMotion: 'reduce', offline: true });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const address = pathToFileURL(join(folder, name)).href;
  page.faults = [];
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) page.faults.push('console: ' + message.text()); });
  page.on('pageerror', error => page.faults.push('error: ' + error.message));
  page.on('request', request => { if (request.url() !== address && !request.url().startsWith('data:')) page.faults.push('request: ' + request.url()); });
  opened.push(page);
  await page.goto(address);
  if (javaScriptEnabled && await page.locator('#data').count()) await page.waitForSelector('html[data-ready]', { state: 'attached' });
  return page;
}
let opened = [];

const texts = locator => locator.allInnerTexts();
/** A selector by its label and the section that it stands in. */
const choice = (page, section, label) => page.locator('#' + section + '-controls label', { hasText: new RegExp('^' + label) }).locator('select');
const plain = text => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', '');

/** The drawn surfaces as they read: a list of rows of cells for each. */
const surfaces = page => page.locator('#surface-plot table.heat').evaluateAll(tables => tables.map(table => [...table.tBodies[0].rows].map(row => [...row.cells].slice(1).map(cell => cell.firstChild.textContent))));

test('the report of a sweep draws every chart and table', async () => {
  const page = await open('sweep.html');
  assert.deepEqual((await surfaces(page)).map(rows => rows.map(row => row.length)), Array(4).fill([3, 3, 3]));
  assert.ok(await page.locator('#surface-plot .cliff-r, #surface-plot .cliff-b').count() > 0);
  const drawn = await page.locator('#timeline-plot path[stroke]').evaluateAll(paths => paths.map(path => [path.getAttribute('d').length, path.getBBox().width]));
  assert.equal(drawn.length, 4);
  for (const [length, width] of drawn) assert.ok(length > 1000 && width > 500, JSON.stringify(drawn));
  // Four policies at nine settings under the cap in the middle.
  assert.equal(await page.locator('#tradeoff-plot g[role=img]').count(), 36);
  assert.deepEqual(await texts(page.locator('[role=status]')), ['12 rows', '12 rows', '108 rows', '540 rows']);
  assert.deepEqual(await page.locator('#points-table tbody tr, #runs-table tbody tr').count(), 200);
  assert.match(await page.locator('#timeline-plot svg').getAttribute('aria-label'), /^Power over time of replica-cap/);
});

test('selectors of the surface change what it shows', async () => {
  const page = await open('sweep.html');
  const before = await surfaces(page);
  await choice(page, 'surface', 'Cap').selectOption({ label: '18\u00a0kW' });
  assert.notDeepEqual(await surfaces(page), before);
  await choice(page, 'surface', 'Cap').selectOption({ label: '30\u00a0kW' });
  assert.ok((await surfaces(page)).flat(2).every(cell => cell === 'no dist.'));
  await choice(page, 'surface', 'Cap').selectOption({ label: '20\u00a0kW' });
  assert.deepEqual(await surfaces(page), before);
  await choice(page, 'surface', 'Policy').selectOption({ label: 'replica-cap' });
  assert.deepEqual(await surfaces(page), [before[1]]);
  await choice(page, 'surface', 'Shown').selectOption('goodput_requests_per_second');
  assert.notDeepEqual(await surfaces(page), [before[1]]);
  await choice(page, 'surface', 'Shown').selectOption('success_rate');
  // Down becomes the policy; what was down, the window, becomes a selector that stands at its middle value, 60 s.
  await choice(page, 'surface', 'Down').selectOption('policy');
  assert.deepEqual(await surfaces(page), [before.map(rows => rows[1])]);
});

test('a cell of the surface tells its interval to the pointer, the keyboard and a screen reader', async () => {
  const page = await open('sweep.html');
  const cell = page.locator('#surface-plot table.heat').nth(1).locator('tbody td').first();
  await cell.hover();
  assert.match(plain(await page.locator('#tip').innerText()), /Contained, of \d+ disturbances: \d+ % \[[\d.]+, [\d.]+\]/);
  await page.mouse.move(0, 0);
  assert.ok(await page.locator('#tip').isHidden());
  await cell.focus();
  assert.match(plain(await page.locator('#tip').innerText()), /interval 5 s, window 30 s, cap 20 kW, policy replica-cap/);
  assert.equal(await cell.getAttribute('aria-describedby'), 'tip');
});

test('the timeline zooms by dragging and by the keyboard, and back', async () => {
  const page = await open('sweep.html');
  const chart = page.locator('#timeline-plot svg');
  const reset = page.getByRole('button', { name: 'Whole run' });
  const hours = () => page.locator('#timeline-plot svg > text').allTextContents().then(all => all.map(plain).filter(text => /(s|min|h|:\d\d)$/.test(text) && /^\d/.test(text)));
  const whole = await hours();
  assert.ok(await reset.isDisabled());
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + 300, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + 400, box.y + 100);
  await page.mouse.up();
  assert.notDeepEqual(await hours(), whole);
  assert.ok(await reset.isEnabled());
  await chart.focus();
  await page.keyboard.press('Escape');
  assert.deepEqual(await hours(), whole);
  await page.keyboard.press('+');
  assert.notDeepEqual(await hours(), whole);
  await page.keyboard.press('-');
  assert.deepEqual(await hours(), whole);
  // From an hour down to two of its steps of 5 s, each second on the axis.
  for (let i = 0; i < 20; i++) await page.keyboard.press('+');
  const finest = await hours();
  assert.ok(finest.every(text => /^\d\d:\d\d:\d\d$|^\d+ s$/.test(text)), finest.join());
  await reset.click();
  assert.deepEqual(await hours(), whole);
});

test('the reading of the timeline follows the arrow keys, and another run another course', async () => {
  const page = await open('sweep.html');
  const reading = () => page.locator('#timeline-reading').innerText().then(plain);
  await page.locator('#timeline-plot svg').focus();
  assert.match(await reading(), /^at 0 s/);
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  assert.match(await reading(), /^at 15 s\s+power [\d.]+ kW.*cap 20 kW/);
  const power = () => page.locator('#timeline-plot path[stroke="var(--c0)"]').getAttribute('d');
  const before = await power();
  await choice(page, 'timeline', 'Run').selectOption('3');
  assert.ok(await power() !== before);
});

/** What is read at the cursor of the timeline, and what the note under it says. */
const timelineReading = page => page.locator('#timeline-reading').innerText().then(plain);
const timelineNote = page => page.locator('#timeline-note').innerText().then(plain);

test('a run of a week zooms to a second, which tells what was true, seen and done', async () => {
  const page = await open('week.html');
  await page.locator('#timeline-plot svg').focus();
  // 10,080 minutes in at most 6,400 steps; the whole run is drawn in those that fit the screen.
  assert.match(await timelineNote(page), /^Drawn in steps of 420 s\. *$/);
  await page.keyboard.press('n');
  assert.match(await timelineReading(page), /^at 3 d 11:\d\d:\d\d .*\n3 d 11:20:00 excursion: row 20 s/);
  for (let i = 0; i < 30; i++) await page.keyboard.press('+');
  assert.match(await timelineNote(page), /^Drawn in steps of 1 s\. *$/);
  assert.match(await timelineReading(page), /^at 3 d 11:20:00 +power 9 kW +highest 9 kW +cap 8 kW +reference 9 kW +sensed 6 kW +replicas 4 +waiting 0/);
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
  assert.match(await timelineReading(page), /^at 3 d 11:20:10 +power 9 kW .*sensed 9 kW +replicas 4 \+ 1 leaving.*\n3 d 11:20:10 lower, sensed 9000 W: 9000 W are over the cap/);
  await page.keyboard.press('p');
  assert.match(await timelineReading(page), /^at 3 d 11:20:00/);
  for (let i = 0; i < 61; i++) await page.keyboard.press('ArrowLeft');
  assert.match(await timelineReading(page), /^at 3 d 11:18:00 +power 6 kW/);
  assert.match(await timelineNote(page), /This file has no finer steps than 60 s from .* runs\/r0\/seconds\.csv has each second/);
  await page.keyboard.press('Escape');
  assert.match(await timelineNote(page), /^Drawn in steps of 420 s\./);
});

test('the timeline zooms by the wheel once it is chosen, and by Ctrl', async () => {
  const page = await open('week.html');
  const chart = page.locator('#timeline-plot svg');
  await chart.scrollIntoViewIfNeeded();
  await page.evaluate(() => document.activeElement.blur());
  const wheel = async deltaY => {
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + 600, box.y + 100);
    await page.mouse.wheel(0, deltaY);
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
  };
  const shown = () => page.getByRole('button', { name: 'Whole run' }).isEnabled();
  await wheel(-40);
  assert.equal(await shown(), false);
  await page.keyboard.down('Control');
  await wheel(-40);
  await page.keyboard.up('Control');
  assert.equal(await shown(), true);
  await chart.focus();
  await page.keyboard.press('Escape');
  await wheel(-40);
  assert.equal(await shown(), true);
  await wheel(40);
  assert.equal(await shown(), false);
});

test('each power domain of the timeline is drawn with its limit', async () => {
  const page = await open('week.html');
  const chart = page.locator('#timeline-plot svg');
  assert.match(await timelineReading(page), /breaker heat 25 %/);
  await choice(page, 'timeline', 'Power domain').selectOption({ label: 'rack-a' });
  await chart.focus();
  await page.keyboard.press('n');
  for (let i = 0; i < 30; i++) await page.keyboard.press('+');
  assert.match(await timelineReading(page), /^at 3 d 11:20:00 +power 7 kW +highest 7 kW +limit 7\.5 kW +replicas 4/);
  assert.match(await chart.getAttribute('aria-label'), /domain rack-a/);
  await choice(page, 'timeline', 'Power domain').selectOption({ label: 'rack-b' });
  assert.match(await timelineReading(page), /power 2 kW .*limit – /);
});

test('tables sort by any column and filter by words', async () => {
  const page = await open('sweep.html');
  const table = page.locator('#points-table');
  const column = async name => {
    const at = await table.locator('thead th').evaluateAll((heads, title) => heads.findIndex(head => head.title === title), name);
    return (await texts(table.locator('tbody tr > :nth-child(' + (at + 1) + ')'))).map(text => Number(text.split(/\s/)[0]));
  };
  const name = 'goodput_requests_per_second_mean';
  const button = table.locator('th[title=' + name + '] button');
  await button.click();
  let values = await column(name);
  assert.deepEqual(values, [...values].sort((a, b) => a - b));
  assert.equal(await table.locator('th[title=' + name + ']').getAttribute('aria-sort'), 'ascending');
  await button.click();
  values = await column(name);
  assert.deepEqual(values, [...values].sort((a, b) => b - a));
  assert.equal(await table.locator('th[title=' + name + ']').getAttribute('aria-sort'), 'descending');
  await table.getByRole('searchbox').fill('static 60');
  // static-floor at an interval or a window of 60 s: 3 intervals + 3 windows less the one that is both, under 3 caps.
  assert.equal(await table.getByRole('status').innerText(), '15 of 108 rows');
  const few = await table.locator('thead th').count();
  await table.getByLabel('All columns').check();
  assert.ok(await table.locator('thead th').count() > few);
});

test('the measures of the trade-off change its marks', async () => {
  const page = await open('sweep.html');
  const marks = () => page.locator('#tradeoff-plot g[role=img]').evaluateAll(all => all.map(mark => mark.getAttribute('transform')));
  const before = await marks();
  await choice(page, 'tradeoff', 'Service').selectOption('energy_joules');
  assert.notDeepEqual(await marks(), before);
});

test('main effects are drawn for each axis and measure', async () => {
  const page = await open('sweep.html');
  const labels = async () => (await page.locator('#effects-plot g[role=img]').evaluateAll(all => all.map(one => one.getAttribute('aria-label')))).map(plain);
  assert.deepEqual(await page.locator('#effects-plot svg').evaluateAll(all => all.map(svg => svg.getAttribute('aria-label'))), ['interval', 'window', 'cap'].map(axis => 'Success rate (%) over ' + axis));
  // Three axes with three values each, four policies; the second, replica-cap, at 30 s: 0.9 - 0.2, ± 0.02.
  const all = await labels();
  assert.equal(all.length, 3 * 3 * 4);
  assert.ok(all.includes('interval 30 s, policy replica-cap\nSuccess rate (%): 70 [68, 72]\nMean over 9 points'), all[5]);
  await choice(page, 'effects', 'Policy').selectOption({ label: 'replica-cap' });
  assert.equal((await labels()).length, 9);
  await choice(page, 'effects', 'Measure').selectOption('energy_joules');
  assert.match((await labels())[0], /Energy \(J\): 1\.00e\+7 \[9000000, 1\.10e\+7\]/);
});

test('latencies and excursions of the shown runs are drawn', async () => {
  const page = await open('sweep.html');
  const labels = async () => (await page.locator('#distributions-plot g[role=img]').evaluateAll(all => all.map(one => one.getAttribute('aria-label')))).map(plain);
  const runs = await labels();
  assert.ok(runs.length > 1 && runs.every(label => label.endsWith('cap 20 kW (best setting)\np50 0.5 s, p90 0.9 s, p99 0.99 s') || label.endsWith('(worst setting)\np50 0.5 s, p90 0.9 s, p99 0.99 s')), runs.join());
  await choice(page, 'distributions', 'Shown').selectOption('excursions');
  assert.ok((await labels()).every(label => label.endsWith('2 excursions, the longest 40 s')));
  assert.equal(await page.locator('#distributions-plot g[role=img] path').count(), 2 * runs.length);
});

test('what is not beaten stands under the trade-off by name', async () => {
  const page = await open('sweep.html');
  const front = await page.locator('#tradeoff-front li').allInnerTexts();
  assert.ok(front.length > 0 && front.every(text => /policy (none|replica-cap|climatik-shipped|static-floor): [\d.]+ % contained, SLO attainment/.test(plain(text))), front.join());
});

/** The rows of a table in the page that are not filtered away, by their first two cells. */
const rowsOf = (page, tools) => page.locator('table[data-sortable=' + tools + '] tbody tr:visible').evaluateAll(rows => rows.map(row => [...row.cells].slice(0, 2).map(cell => cell.innerText.split('\n')[0].trim()).join(' '))).then(all => all.map(plain));

test('the league sorts by every column, in both directions, and filters by policy and cap', async () => {
  const page = await open('sweep.html');
  const table = page.locator('table[data-sortable=league-tools]');
  const given = await rowsOf(page, 'league-tools');
  assert.equal(given.length, 12);
  for (let i = 0; i < await table.locator('thead th').count(); i++) {
    const head = table.locator('thead th').nth(i), button = head.locator('button');
    const values = () => table.locator('tbody tr').evaluateAll((rows, at) => rows.map(row => row.cells[at].dataset.value ?? row.cells[at].textContent.trim()).filter(value => value !== ''), i);
    const numeric = (await values()).every(value => Number.isFinite(Number(value)));
    const sorted = all => [...all].sort((a, b) => numeric ? a - b : a.localeCompare(b, 'en'));
    await button.focus();
    await page.keyboard.press('Enter');
    assert.equal(await head.getAttribute('aria-sort'), 'ascending');
    assert.deepEqual(await values(), sorted(await values()));
    await page.keyboard.press('Enter');
    assert.equal(await head.getAttribute('aria-sort'), 'descending');
    assert.deepEqual(await values(), sorted(await values()).reverse());
  }
  assert.equal(await table.locator('[aria-sort]').count(), 1);
  await page.locator('#league-tools').getByLabel('Sorted by').selectOption({ label: 'as given' });
  await page.locator('#league-tools').getByRole('button', { name: 'Reverse' }).click();
  assert.deepEqual(await rowsOf(page, 'league-tools'), given);
  await page.locator('#league-tools').getByRole('searchbox').fill('cap');
  assert.deepEqual(await rowsOf(page, 'league-tools'), ['18 kW', '20 kW', '30 kW'].map(cap => 'replica-cap ' + cap));
  await page.locator('#league-tools label', { hasText: /^Cap/ }).locator('select').selectOption({ label: '20\u00a0kW' });
  assert.deepEqual(await rowsOf(page, 'league-tools'), ['replica-cap 20 kW']);
  assert.equal(await page.locator('#league-tools [role=status]').innerText(), '1 of 12 rows');
});

test('without script the league and the energy are plain tables', async () => {
  const page = await open('sweep.html', { javaScriptEnabled: false });
  for (const tools of ['league-tools', 'energy-tools']) assert.equal((await rowsOf(page, tools)).length, 12);
});

test('energy has a bar for each policy, longest for the most', async () => {
  const page = await open('variance.html');
  const widths = await page.locator('#energy .bar i').evaluateAll(bars => bars.map(bar => bar.getBoundingClientRect().width / bar.parentElement.getBoundingClientRect().width));
  assert.deepEqual(widths.map(width => width.toFixed(2)), ['1.00', '0.50']);
});

test('shares of the variance are drawn for each policy and figure, the largest first', async () => {
  const page = await open('variance.html');
  const labels = async () => (await page.locator('#variance-plot g[role=img]').evaluateAll(all => all.map(one => one.getAttribute('aria-label')))).map(plain);
  assert.deepEqual(await labels(), [
    'interval, replica-cap, Disturbances contained\nthe axis alone: 60 % [50, 70]',
    'interval × window, replica-cap, Disturbances contained\ntwo axes together: 30 % [20, 40]',
    'window, replica-cap, Disturbances contained\nthe axis alone: 10 % [5, 15]',
  ]);
  await choice(page, 'variance', 'Figure').selectOption('goodput_requests_per_second');
  assert.match((await labels())[0], /^window, replica-cap, Goodput\nthe axis alone: 55 %/);
  await choice(page, 'variance', 'Policy').selectOption('none');
  assert.match(await page.locator('#variance-plot').innerText(), /cannot be shared out/);
  await choice(page, 'variance', 'Figure').selectOption('success_rate');
  assert.match(await page.locator('#variance-plot').innerText(), /the same at all points/);
});

test('points of sampled axes lie where their values are', async () => {
  const page = await open('design.html');
  const marks = page.locator('#surface-plot svg').first().locator('g[role=img]');
  assert.equal(await marks.count(), 64);
  assert.equal(await page.locator('#surface-plot table').count(), 0);
  const places = await marks.evaluateAll(all => all.map(one => [one.getAttribute('aria-label'), ...one.getAttribute('transform').match(/[\d.]+/g).map(Number)]));
  const seconds = label => Number(plain(label).match(/^interval ([\d.]+) s/)[1]);
  // Sampled evenly in the logarithm, and drawn so: each place is as far along as its logarithm.
  const [low, high] = [Math.min, Math.max].map(pick => pick(...places.map(([label]) => Math.log(seconds(label)))));
  const [left, right] = [Math.min, Math.max].map(pick => pick(...places.map(([, x]) => x)));
  for (const [label, x] of places) assert.ok(Math.abs((x - left) / (right - left) - (Math.log(seconds(label)) - low) / (high - low)) < .002, label);
  await marks.first().focus();
  assert.match(plain(await page.locator('#tip').innerText()), /interval [\d.]+ s, window [\d.]+ s/);
  await choice(page, 'surface', 'Down').selectOption('policy');
  assert.equal(await page.locator('#surface-plot svg g[role=img]').count(), 128);
});

test('every control is reached by the Tab key', async () => {
  const page = await open('sweep.html');
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href],button:not(:disabled),select,input,summary,[tabindex="0"]')].filter(one => one.getClientRects().length);
    all.forEach((one, i) => { one.dataset.stop = i; });
    window.reached = new Set();
    document.addEventListener('focusin', event => window.reached.add(event.target.dataset.stop));
    return all.length;
  });
  for (let i = 0; i <= wanted; i++) await page.keyboard.press('Tab');
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('[data-stop]')].filter(one => !window.reached.has(one.dataset.stop)).map(one => one.outerHTML.slice(0, 120))), []);
  assert.ok(wanted > 100);
});

test('a report of points without disturbances, timelines and settings is drawn', async () => {
  const page = await open('bare.html');
  assert.deepEqual((await surfaces(page)).flat(2), ['no dist.']);
  assert.match(await page.locator('#tradeoff-plot').innerText(), /no success rate to draw/);
});

// Of the four bars one has an interval that holds no change; each row can be reached and read aloud.
test('bars of what moves are drawn, the widest first', async () => {
  const page = await open('sensitivity.html');
  const plot = page.locator('#sensitivity-plot');
  assert.equal(await plot.locator('rect[height="11"]').count(), 4);
  assert.equal(await plot.locator('rect[opacity="0.35"]').count(), 1);
  const labels = (await plot.locator('g[role=img]').evaluateAll(all => all.map(one => one.getAttribute('aria-label')))).map(plain);
  assert.deepEqual(labels.map(label => label.split('\n')[0]), ['server base, none', 'gamma, replica-cap', 'server base, replica-cap']);
  assert.match(labels[1], /1\.5 \(low end\): \+10 \[\+5, \+15\] points\n3 \(high end\): −20 \[−30, −10\] points/);
  assert.match(labels[1], /disturbances contained 80 % as the experiment stands/);
  assert.match(await plot.innerText(), /No change at all: gamma\./);
  assert.doesNotMatch(await plot.innerText(), /PUE/);
  // The surface holds what was not moved: one cell for each policy.
  assert.deepEqual((await surfaces(page)).flat(2).sort(), ['10', '80']);
  const before = await plot.innerText();
  await choice(page, 'sensitivity', 'Outcome').selectOption('energy_joules');
  assert.notEqual(await plot.innerText(), before);
});

test('traces of requests, power and carbon are drawn', async () => {
  for (const [name, charts, words] of [
    ['requests.html', 4, /Requests per second over time[^]*Input tokens/],
    ['power.html', 4, /Power of gpu-0 over time[^]*Power of gpu-1 over time/],
    ['carbon.html', 2, /The mean day/],
  ]) {
    const page = await open(name);
    const shapes = await page.locator('.plot svg').evaluateAll(all => all.map(svg => svg.getBBox().width));
    assert.equal(shapes.length, charts);
    assert.ok(shapes.every(width => width > 100));
    assert.match(await page.locator('main').innerText(), words);
  }
});

test('a sweep of a design with a value for each point opens', async () => {
  const page = await open('design.html');
  const words = plain(await page.locator('body').innerText());
  for (const word of ['three-band', '10 s', '60 s']) assert.ok(words.includes(word), word);
  assert.match(words, /128 rows/);
});

test('a comparison shows the results side by side', async () => {
  const page = await open('comparison.html');
  assert.match(await page.locator('h1').innerText(), /^2 results side by side/);
  assert.ok(await page.locator('table.best').count() > 1);
});

for (const name of ['hostile.html', 'hostile-requests.html', 'hostile-power.html']) {
  test('hostile names are text: ' + name, async () => {
    const page = await open(name);
    assert.notEqual(await page.title(), 'broken');
    assert.equal(await page.evaluate(() => window.broken), undefined);
    assert.match(await page.locator('body').innerText(), /window\.broken=1/);
  });
}

const everyPage = ['sweep.html', 'week.html', 'variance.html', 'design.html', 'sensitivity.html', 'services.html', 'comparison.html', 'requests.html'];
for (const name of everyPage) {
  test('nothing runs over the side at 400 px: ' + name, async () => {
    const page = await open(name, { width: 400 });
    const beyond = await page.evaluate(() => {
      const scrolls = node => node && (['auto', 'scroll', 'hidden'].includes(getComputedStyle(node).overflowX) || scrolls(node.parentElement));
      return [...document.querySelectorAll('main *')].filter(node => node.getBoundingClientRect().right > 401 && !scrolls(node.parentElement)).map(node => node.outerHTML.slice(0, 120));
    });
    assert.deepEqual(beyond, []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page scrolls sideways');
  });
  for (const colorScheme of ['light', 'dark']) {
    test('axe finds no serious fault in ' + colorScheme + ': ' + name, async () => {
      const page = await open(name, { colorScheme });
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.ok(found.passes.length > 10);
      assert.deepEqual(found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
        .map(one => one.id + ': ' + one.help + ' at ' + one.nodes.slice(0, 3).map(node => node.target + ' ' + node.html.slice(0, 160)).join(' | ')), []);
    });
  }
}

test('print shows the charts without controls', async () => {
  const page = await open('sweep.html', { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  for (const hidden of ['nav', '#surface-controls', '#points-table .tools']) assert.ok(await page.locator(hidden).isHidden(), hidden);
  assert.ok(await page.locator('#timeline-plot svg').isVisible());
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
});

for (const { name, run } of cases.filter(one => one.name.includes(words))) {
  let error = null;
  try {
    await run();
    assert.deepEqual(opened.flatMap(page => page.faults), []);
  } catch (e) {
    error = e.message.slice(0, 4000);
  }
  console.log(JSON.stringify({ case: name, error }));
  await Promise.all(opened.map(page => page.context().close()));
  opened = [];
}
await browser.close();
