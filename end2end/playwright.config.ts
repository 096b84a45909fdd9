import { defineConfig } from '@playwright/test';

// `scripts/test.sh` starts the server and the emulated AWS, and says where they are.
const url = process.env.TEAL_URL;
if (!url) throw new Error('TEAL_URL is not set: run these tests with `make test` or `scripts/test.sh browser`');

export default defineConfig({
  testDir: './tests',
  outputDir: process.env.TEAL_E2E_RESULTS ?? './test-results',
  // One flag for all tests, so one test at a time, and what fails once has failed.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 30_000,
  expect: { timeout: 7_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.TEAL_E2E_JSON ?? './test-results/report.json' }],
  ],
  use: {
    baseURL: url,
    locale: 'en-GB',
    timezoneId: 'America/New_York',
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.TEAL_CHROMIUM ?? '/usr/bin/chromium',
      // No sandbox, as root may not have one; and no calls home, which would only fail on a closed network.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  // Everything must work before the page's script is there, so everything runs without it too, but for what is
  // about the script itself or needs one to look (axe).
  projects: [
    { name: 'js', use: { javaScriptEnabled: true } },
    { name: 'no-js', use: { javaScriptEnabled: false }, testIgnore: /(live|look)\.spec\.ts$/ },
  ],
});
