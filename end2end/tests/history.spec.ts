// The history: filtered by its address, exported with the same filters, paged by keys.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { parseCsv } from '../csv';
import { expect, test } from '../fixtures';
import { title, unique } from '../teal';

const search = (page: Page) => new URL(page.url()).searchParams;

test('the filter of what happened is in the address and holds for every row', async ({ page, teal, world }) => {
  const { standby } = await teal.stands();
  await teal.knows(await world.put(standby, unique('past Teal')));
  await page.goto('/p/dev/history');
  await page.getByLabel('What', { exact: true }).selectOption('External changes');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/[?&]kind=external/);
  await expect(page.getByLabel('What', { exact: true })).toHaveValue('external');
  const all = await teal.rows().all();
  expect(all.length).toBeGreaterThan(0);
  for (const row of all) await expect(row).toContainText('external');

  await page.goto('/p/dev/history?kind=imported');
  await expect(teal.rows().first()).toContainText('before Teal');
  await expect(teal.rows().filter({ hasNotText: 'before Teal' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Show all' }).click();
  await expect(page).toHaveURL(/\/history$/);
});

test('the filter of who is in the address and holds for every row', async ({ page, teal }) => {
  const { standby } = await teal.stands();
  await teal.switchTo(standby, { reason: unique('Mine') });
  const me = await teal.me();
  await page.goto('/p/dev/history');
  await page.getByLabel(/^Who/).fill(me);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(new RegExp(`[?&]actor=${me}`));
  const who = page.getByRole('table').locator('tbody td[title]');
  expect(await who.count()).toBeGreaterThan(0);
  expect(new Set(await who.evaluateAll((cells) => cells.map((cell) => cell.getAttribute('title'))))).toEqual(new Set([me]));

  await page.goto('/p/dev/history?actor=nobody%20at%20all');
  await expect(page.getByText('Nothing in the history fits these filters.')).toBeVisible();
});

test('the filter of the side is in the address and holds for every row', async ({ page, teal }) => {
  const { live, standby } = await teal.stands();
  await teal.switchTo(standby, { reason: unique('There') });
  await teal.switchTo(live, { reason: unique('And back') });
  for (const color of ['blue', 'green'] as const) {
    await page.goto('/p/dev/history');
    await page.getByLabel('Side').selectOption(title(color));
    await page.getByRole('button', { name: 'Filter' }).click();
    await expect(page).toHaveURL(new RegExp(`[?&]color=${color}`));
    expect(await teal.rows().count()).toBeGreaterThan(0);
    await expect(teal.rows().filter({ hasNotText: title(color) })).toHaveCount(0);
    expect(new Set((await teal.exported(`?color=${color}`)).map((row) => row.to))).toEqual(new Set([title(color)]));
  }
});

test('the filter of days is in the address and includes its first and its last day', async ({ page, teal }) => {
  await teal.stands();
  const days = (await teal.exported('?kind=imported')).map((row) => row.time_utc.slice(0, 10));
  // Between the ends, so that something is left out on both sides.
  const [until, from] = [days[3], days[8]];
  const within = days.filter((day) => day >= from && day <= until);
  expect(within.length).toBeLessThan(days.length);
  await page.goto('/p/dev/history?kind=imported');
  await page.getByLabel(/^From/).fill(from);
  await page.getByLabel(/^Until/).fill(until);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(new RegExp(`from=${from}&until=${until}`));
  expect(search(page).get('kind'), 'the other filters stay').toBe('imported');
  await expect(page.getByLabel(/^From/)).toHaveValue(from);
  await expect(page.getByLabel(/^Until/)).toHaveValue(until);
  const shown = await teal.rows().locator('time').evaluateAll((times) => times.map((time) => time.getAttribute('datetime')!.slice(0, 10)));
  expect(shown).toEqual(within);
});

test('an address with filters that cannot be read shows the history, never an error', async ({ page, teal }) => {
  await teal.stands();
  const answer = await page.goto('/p/dev/history?kind=purple&color=red&from=2026-99-99&until=x&before=-1&actor=');
  expect(answer?.status()).toBe(200);
  await expect(teal.rows().first()).toBeVisible();
});

test('the CSV has the filters of the page, and what begins like a formula is made text', async ({ page, teal }) => {
  const { standby } = await teal.stands();
  const reason = unique('=HYPERLINK("http://evil.example";"click, me")');
  const record = await teal.switchTo(standby, { reason });
  await page.goto('/p/dev/history?kind=switch&color=' + standby);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()]);
  expect(download.suggestedFilename()).toBe('teal-dev-history.csv');
  const text = readFileSync(await download.path(), 'utf8');
  const rows = parseCsv(text);
  expect(new Set(rows.map((row) => `${row.kind} ${row.to}`))).toEqual(new Set([`planned ${title(standby)}`]));
  const [row] = rows.filter((row) => row.reason.includes(reason));
  expect(row).toMatchObject({ entry: record.split('/').at(-1), reason: `'${reason}`, actor: await teal.me(), outcome: 'verified' });
  expect(Number(row.flip_ms)).toBeGreaterThan(0);
  expect(row.operation).toMatch(/^[0-9A-Z]{26}$/);
  expect(row.hash).toMatch(/^[0-9a-f]{64}$/);
  const cells = rows.flatMap((row) => Object.values(row));
  expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
});

test('each record has an address of its own, and one that is not there says so', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev/history');
  const addresses = await teal.rows().getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')!));
  expect(new Set(addresses).size).toBe(addresses.length);
  for (const address of [addresses.at(0)!, addresses.at(-1)!]) {
    const answer = await page.goto(address);
    expect(answer?.status()).toBe(200);
    await expect(page.getByText(`record ${address.split('/').at(-1)}`)).toBeVisible();
    await expect(page.getByText(/^[0-9a-f]{64}$/).first(), 'its hash').toBeVisible();
  }
  for (const missing of ['/p/dev/history/99999999', '/p/dev/history/none']) {
    expect((await page.request.get(missing)).status()).toBe(404);
  }
});

test('more than a page of entries is read to its beginning with “Older”, each entry once', async ({ page, teal, world }) => {
  await teal.stands();
  const run = unique('outsider');
  let version = 0;
  for (let turn = 0; turn < 55; turn += 1) version = await world.put(turn % 2 ? 'blue' : 'green', `${run} ${turn}.`);
  await teal.knows(version);

  const seen: string[] = [];
  await page.goto('/p/dev/history');
  await expect(teal.rows().first()).toContainText(`${run} 54.`);
  const older = page.getByRole('link', { name: 'Older' });
  for (;;) {
    seen.push(...(await teal.rows().getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')!))));
    if ((await older.count()) === 0) break;
    // What is new meanwhile must not move the pages: they hang on keys.
    if (seen.length === 50) await teal.knows(await world.put('blue', `${run} meanwhile.`));
    const next = await older.getAttribute('href');
    expect(next).toMatch(/[?&]before=\d+/);
    await older.click();
    await page.waitForURL((url) => url.pathname + url.search === next);
  }
  await expect(page.getByText('This is where the history begins.')).toBeVisible();
  expect(seen.length).toBeGreaterThan(80);
  expect(new Set(seen).size, 'no entry twice').toBe(seen.length);
  const entries = (await teal.exported()).map((row) => `/p/dev/history/${row.entry}`);
  expect(seen, 'none left out').toEqual(entries.slice(-seen.length));
  await page.getByRole('link', { name: 'Newest' }).click();
  await expect(teal.rows().first()).toContainText(`${run} meanwhile.`);
});
