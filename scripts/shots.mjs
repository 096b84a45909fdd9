// Takes screenshots of pages, light and dark, on a phone and on a wide screen, for people to look at.
//
//   node scripts/shots.mjs [--no-js] BASE_URL FOLDER PATH…
//   node scripts/shots.mjs http://127.0.0.1:3000 /tmp/shots / /history

import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(fileURLToPath(new URL('../end2end/package.json', import.meta.url)));
const { chromium } = require('@playwright/test');

const words = process.argv.slice(2);
const javaScriptEnabled = !words.includes('--no-js');
const [base, folder, ...paths] = words.filter((word) => word !== '--no-js');
if (!base || !folder || paths.length === 0) {
  console.error('usage: node scripts/shots.mjs [--no-js] BASE_URL FOLDER PATH…');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const name = (path) => path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'home';

const browser = await chromium.launch({
  executablePath: process.env.TEAL_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [390, 1440]) {
      const context = await browser.newContext({
        colorScheme,
        javaScriptEnabled,
        viewport: { width, height: width < 600 ? 844 : 900 },
        deviceScaleFactor: width < 600 ? 2 : 1,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && console.error(`  console: ${message.text()}`));
      page.on('pageerror', (error) => console.error(`  uncaught: ${error.message}`));
      for (const path of paths) {
        // Not 'networkidle': the page's stream of snapshots never ends.
        const answer = await page.goto(new URL(path, base).href, { waitUntil: 'load' });
        await page.waitForTimeout(javaScriptEnabled ? 600 : 50);
        const file = join(folder, `${name(path)}-${width}-${colorScheme}${javaScriptEnabled ? '' : '-no-js'}.png`);
        await page.screenshot({ path: file, fullPage: true });
        console.log(`${answer?.status()} ${path} ${file}`);
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
}
