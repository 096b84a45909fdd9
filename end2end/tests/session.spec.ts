// What an open page does as its session nears its end and ends: it says so, and nothing typed is lost.

import type { Browser, Page } from '@playwright/test';
import { age, atTheProvider, door, signIn } from '../door';
import { expect, test } from '../fixtures';
import { title, unique } from '../teal';
import type { Color } from '../world';

// The emulator's own pages have no icon, and the browser itself tells of each answer that refuses.
test.use({ expectedComplaints: [/favicon\.ico|401/] });

const MINUTES = 60;
const about = (page: Page) => page.getByRole('complementary', { name: 'Your session' });
const ended = (page: Page) => page.getByRole('alert').filter({ hasText: 'Your session has ended.' });
const badge = (page: Page) => page.getByRole('banner').getByRole('status');

/** Somebody ends all sessions of a person. */
async function adminEnds(browser: Browser, name: string): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, 'ada', '/sessions');
  const end = page.getByRole('button', { name: `End the session of ${name}` });
  while ((await end.count()) > 0) await end.first().click();
  await context.close();
}

/** Signs in on the way to the switch page, and waits until that Teal too knows what stands. */
async function openSwitch(page: Page, target: Color): Promise<void> {
  const address = `/p/dev/switch?to=${target}`;
  await signIn(page, 'olga', address);
  await expect(async () => {
    await page.goto(`${door}${address}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Switch to ${title(target)}`, { timeout: 500 });
  }).toPass({ timeout: 10_000 });
}

const stillTheSame = (page: Page) => page.evaluate(() => 'sameDocument' in window);

test('a page says that its session is about to end, counts down, and staying loses nothing', async ({ page, teal, javaScriptEnabled, expectAccessible }) => {
  test.skip(!javaScriptEnabled, 'a page that was just loaded has just been used');
  const { standby } = await teal.stands();
  await openSwitch(page, standby);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const reason = unique('Half typed');
  await page.getByLabel('Why').fill(reason);
  await expect(about(page)).toHaveCount(0);
  age('olga', 'seen_at', 59 * MINUTES);
  await expect(about(page)).toContainText(/Your session ends in \d+ s, at \d\d:\d\d:\d\d UTC/);
  const left = async () => Number(/in (\d+) s/.exec((await about(page).textContent()) ?? '')?.[1]);
  const before = await left();
  await expect.poll(left).toBeLessThan(before);
  await expectAccessible();
  await about(page).getByRole('link', { name: 'Stay signed in' }).click();
  await expect(about(page)).toHaveCount(0);
  await expect(page.getByLabel('Why')).toHaveValue(reason);
  expect(await stillTheSame(page)).toBe(true);
});

test('signing in again before the end that nothing puts off leads back with what was typed', async ({ page, teal, javaScriptEnabled }) => {
  const { standby } = await teal.stands();
  await openSwitch(page, standby);
  const reason = unique('Größe & more? 100 %');
  age('olga', 'created_at', (12 * 60 - 4) * MINUTES);
  // With script the bar comes by itself. Without it is there when the page is loaded, before anything is typed.
  if (javaScriptEnabled) await page.getByLabel('Why').fill(reason);
  await expect(async () => {
    if (!javaScriptEnabled) await page.reload();
    await expect(about(page)).toContainText('however much it is used', { timeout: 500 });
  }).toPass({ timeout: 7_000 });
  await about(page).getByRole('link', { name: 'Sign in again' }).click();
  await atTheProvider(page, 'olga');
  expect(new URL(page.url()).pathname).toBe('/p/dev/switch');
  await expect(page.getByLabel('Why')).toHaveValue(javaScriptEnabled ? reason : '');
  await expect(about(page)).toHaveCount(0);
});

test('a page whose session was ended says so, follows no more, and keeps what was typed', async ({ page, browser, teal, javaScriptEnabled, expectAccessible }) => {
  const { standby } = await teal.stands();
  await openSwitch(page, standby);
  const reason = unique('Not lost');
  await page.getByLabel(`Type ${standby} to confirm`).fill(standby);
  await page.getByLabel('Why').fill(reason);
  await adminEnds(browser, 'olga');
  if (javaScriptEnabled) {
    await expect(ended(page)).toContainText('What you typed is still here.');
    await expect(badge(page)).toHaveText('stopped');
    await expect(page.getByLabel('Why')).toHaveValue(reason);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible();
    await ended(page).getByRole('link', { name: 'Sign in again' }).click();
    await atTheProvider(page, 'olga');
  } else {
    // Whoever did not notice sends the form.
    await teal.submit(standby).click();
    await atTheProvider(page, 'olga');
    await expect(page.getByRole('alert').filter({ hasText: 'Your session had ended.' })).toBeVisible();
  }
  expect(new URL(page.url()).pathname).toBe('/p/dev/switch');
  await expect(page.getByLabel('Why')).toHaveValue(reason);
  await expect(ended(page)).toBeHidden();
});

test('a form that is sent before the page has noticed leads to sign-in and back', async ({ page, context, teal, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'it is how every form goes there');
  const { standby } = await teal.stands();
  await openSwitch(page, standby);
  const reason = unique('Quicker than the pulse');
  await page.getByLabel(`Type ${standby} to confirm`).fill(standby);
  await page.getByLabel('Why').fill(reason);
  await context.clearCookies();
  await teal.submit(standby).click();
  await atTheProvider(page, 'olga');
  await expect(page.getByRole('alert').filter({ hasText: 'Your session had ended.' })).toBeVisible();
  await expect(page.getByLabel('Why')).toHaveValue(reason);
});

test('signing in again in another tab wakes the page, with what was typed', async ({ page, browser, context, teal, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'a page without script does not follow');
  test.setTimeout(60_000);
  const { standby } = await teal.stands();
  await openSwitch(page, standby);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const reason = unique('Still here');
  await page.getByLabel('Why').fill(reason);
  await adminEnds(browser, 'olga');
  await expect(ended(page)).toBeVisible();
  await signIn(await context.newPage(), 'olga');
  await expect(badge(page)).toHaveText('live', { timeout: 15_000 });
  await expect(ended(page)).toBeHidden();
  await expect(page.getByLabel('Why')).toHaveValue(reason);
  expect(await stillTheSame(page)).toBe(true);
});
