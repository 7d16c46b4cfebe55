// Takes the pictures of the documentation from a report: wide, tablet in the dark, phone, and a few minutes of a run.
//
//   node screenshots.mjs CHROMIUM REPORT.html FOLDER
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, report, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

async function shoot(name, width, colorScheme, from, to, first = async () => {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  await first(page);
  await page.evaluate(() => scrollTo(0, 0));
  const top = (await page.locator(from).boundingBox()).y, last = await page.locator(to).boundingBox();
  await page.screenshot({ path: join(folder, name), fullPage: true, clip: { x: 0, y: top, width, height: last.y + last.height - top } });
  await context.close();
}

await shoot('report-answer.png', 1280, 'light', 'header', '#answer .sweep');
await shoot('report-surface.png', 1280, 'light', '#surface', '#variance');
await shoot('report-800.png', 800, 'dark', '#effects', '#variance');
await shoot('report-400.png', 400, 'light', '#tradeoff', '#tradeoff-plot');
await shoot('report-second.png', 1280, 'light', '#timeline', '#timeline-note', async page => {
  await page.locator('#timeline-plot svg').focus();
  for (let i = 0; i < 12; i++) await page.keyboard.press('n');
  for (let i = 0; i < 4; i++) await page.keyboard.press('+');
});
await browser.close();
