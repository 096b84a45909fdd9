// What to do if something fails: read by everybody, first what happens now, reached by the keyboard, on paper too.

import type { Page } from '@playwright/test';
import { door, signIn } from '../door';
import { expect, test } from '../fixtures';
import { focused, tabTo } from '../keys';
import { title } from '../teal';
import type { Color, World } from '../world';

// Until both schedulers have been heard it may take 25 seconds, and axe takes its time.
test.describe.configure({ timeout: 90_000 });
// The emulated Cognito has no icon.
test.use({ expectedComplaints: [/favicon\.ico/] });

const scenario = (page: Page, name: string | RegExp) => page.getByRole('region', { name });
const ACTIVE = 'The active side fails';
const STANDBY = 'The standby fails';

/** The scenarios in the order of the page. */
const order = (page: Page) => page.locator('.scenario h2').allTextContents();

/** The guide, once Teal has heard that both schedulers beat: whoever may switch and opens that page has everything read anew. */
async function calm(page: Page, world: World, standby: Color, at = ''): Promise<void> {
  await world.beats();
  await expect(async () => {
    await page.request.get(`${at}/p/dev/switch?to=${standby}`);
    await page.goto(`${at}/p/dev/guide`);
    await expect(page.locator('.scenario.lit')).toHaveCount(0, { timeout: 1_000 });
  }).toPass({ timeout: 25_000 });
}

test('the overview leads to the guide, which says of each scenario what is seen, what happens and what to do', async ({ page, teal, world, expectAccessible }) => {
  const { standby } = await teal.stands();
  await calm(page, world, standby);
  await page.goto('/p/dev');
  await page.getByRole('main').getByRole('link', { name: 'If something fails' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('If something fails');
  await expect(page.locator('.scenario')).toHaveCount(6);
  for (const card of await page.locator('.scenario').all()) {
    await expect(card.getByRole('heading', { name: 'What Teal sees now' })).toBeVisible();
    await expect(card.getByRole('heading', { name: 'What happens by itself' })).toBeVisible();
    await expect(card.getByRole('heading', { name: /^The one thing to do/ })).toBeVisible();
  }
  await expect(scenario(page, 'The primary of the lineage database fails')).toContainText('The guides claim');
  await expect(scenario(page, 'A zone fails')).toContainText('no DAG of either side reaches AWS');
  await expect(scenario(page, /^Teal fails/)).toContainText('Teal\'s store');
  await expect(scenario(page, 'How it is prepared')).toContainText('Deletion protection');
  await expect(scenario(page, ACTIVE).getByRole('link', { name: `Switch to ${title(standby)}…` })).toBeVisible();
  await expectAccessible();
});

test('the topology names Teal among what goes down together, and leads to the guide', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev/topology');
  const card = page.getByRole('region', { name: 'What would take both sides down' });
  for (const what of ['Teal', "Teal's store", "Teal's sign-in"]) {
    await expect(card.getByRole('listitem').filter({ has: page.getByText(what, { exact: true }) })).toHaveCount(1);
  }
  await card.getByRole('link', { name: 'If something fails' }).click();
  await expect(page).toHaveURL(/\/p\/dev\/guide$/);
});

test('the keyboard reaches the button, which leads to the switch page and does nothing by itself', async ({ page, teal, world }) => {
  const { standby, version } = await teal.stands();
  await calm(page, world, standby);
  await tabTo(page, new RegExp(`^Switch to ${title(standby)}…$`));
  expect(await focused(page)).toMatchObject({ visible: true });
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/p/dev/switch\\?to=${standby}$`));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Switch to ${title(standby)}`);
  expect((await world.flag())?.version).toBe(version);
});

test('a flag that names no side is an active side that fails: it comes to stand first, and leads to the repair', async ({ page, teal, world, expectAccessible, javaScriptEnabled }) => {
  const { live, standby } = await teal.stands();
  await calm(page, world, standby);
  await page.evaluate(() => Object.assign(window, { here: true }));
  await world.put('purple');
  try {
    // By itself, where a script runs.
    await expect(async () => {
      if (!javaScriptEnabled) await page.reload();
      expect((await order(page))[0]).toBe(ACTIVE);
      await expect(scenario(page, ACTIVE)).toContainText('happening now', { timeout: 500 });
    }).toPass({ timeout: 15_000 });
    if (javaScriptEnabled) expect(await page.evaluate(() => 'here' in window), 'the page was not loaded anew').toBe(true);
    await expect(scenario(page, ACTIVE).getByRole('link', { name: `Set the flag to ${title(live)}…` })).toBeVisible();
    await expect(scenario(page, STANDBY)).toContainText('cannot be told');
    await expectAccessible();
    await page.goto('/p/dev');
    await expect(page.getByText(`Happening now: ${ACTIVE}`)).toBeVisible();
    await page.getByRole('link', { name: 'What to do' }).click();
    await expect(page).toHaveURL(/\/p\/dev\/guide#active$/);
  } finally {
    await world.put(live);
  }
  await expect(async () => {
    if (!javaScriptEnabled) await page.reload();
    await expect(page.locator('.scenario.lit')).toHaveCount(0, { timeout: 500 });
  }).toPass({ timeout: 15_000 });
});

test('a standby whose scheduler falls ill comes to stand first, and is not to be switched to', async ({ page, teal, world, javaScriptEnabled }) => {
  const { live, standby } = await teal.stands();
  await calm(page, world, standby);
  await world.airflow(standby).ill('scheduler');
  // Whoever opens the switch page has everything read anew.
  const look = () => page.request.get(`/p/dev/switch?to=${standby}`);
  try {
    await expect(async () => {
      // What was read within the last seconds is not read anew for a look: so more than one.
      await look();
      if (!javaScriptEnabled) await page.reload();
      expect((await order(page))[0]).toBe(STANDBY);
    }).toPass({ timeout: 20_000 });
    await expect(scenario(page, STANDBY)).toContainText(`${title(standby)}'s scheduler is unhealthy`);
    await expect(scenario(page, STANDBY)).toContainText('Do not switch.');
    await expect(scenario(page, ACTIVE)).toContainText(`${title(standby)} does not work either`);
    await expect(scenario(page, ACTIVE).getByRole('link', { name: /^Switch to/ })).toHaveCount(0);
  } finally {
    await world.airflow(standby).ill();
    await look();
  }
  await expect(async () => {
    await look();
    if (!javaScriptEnabled) await page.reload();
    await expect(page.locator('.scenario.lit')).toHaveCount(0, { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  expect((await world.flag())?.value).toBe(live);
});

test('whoever may only look reads it, and finds the button off with the reason', async ({ page, teal, world, browser }) => {
  const { standby } = await teal.stands();
  const other = await browser.newContext();
  try {
    const olga = await other.newPage();
    await signIn(olga, 'olga');
    await calm(olga, world, standby, door);
  } finally {
    await other.close();
  }
  await signIn(page, 'vera');
  await page.goto(`${door}/p/dev/guide`);
  await expect(scenario(page, ACTIVE).getByRole('button', { name: /^Switch to/ })).toBeDisabled();
  await expect(scenario(page, ACTIVE)).toContainText('Switching needs the role operator or admin');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('nothing scrolls sideways, and it is accessible in the dark', async ({ page, teal, expectAccessible }) => {
    await teal.stands();
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.goto('/p/dev/guide');
    await expect(scenario(page, ACTIVE)).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await expectAccessible();
  });
});

test('on paper it says of when it is, and leaves the buttons out', async ({ page, teal, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'the same sheet either way');
  await teal.stands();
  await page.goto('/p/dev/guide');
  await expect(page.getByText(/^As things stood on /)).toBeHidden();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText(/^As things stood on .* UTC\. On paper this does not change\.$/)).toBeVisible();
  await expect(page.locator('.guide .button')).not.toHaveCount(0);
  for (const button of await page.locator('.guide .button').all()) await expect(button).toBeHidden();
});
