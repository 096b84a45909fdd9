// What follows a flip, with DAGs that really move: smoke test before it, steps, watch, the way back, what is owed.

import { expect, test } from '../fixtures';
import { OwnTeal } from '../server';
import { Teal, title, unique, type Standing } from '../teal';
import type { World } from '../world';
import type { Page } from '@playwright/test';

// Teal looks again every two to ten seconds, as with a real Airflow.
test.describe.configure({ timeout: 60_000 });
const SOON = { timeout: 25_000 };

let own: OwnTeal;

test.beforeAll(async () => {
  own = await OwnTeal.make(
    () => '[pair.policy]\nstrategy = "pause-standby"\nsmoke = ["guarded_example"]\nwatch = "10m"\n\n[polling]\nflag = "500ms"\nenvironments = "5s"\nsurroundings = "15s"',
  );
  await own.start();
});

test.afterAll(() => own.end());

/** One side is live and works on these DAGs; nothing is left of the switches before. */
async function stage(page: Page, world: World, dags: string[]): Promise<{ teal: Teal } & Standing> {
  const teal = new Teal(page, world, own.url);
  const before = await teal.stands();
  // Somebody moved the flag past Teal: whatever was followed is not followed any longer.
  await teal.knows(await world.put(before.standby));
  await world.works(before.standby, dags);
  await teal.shows(`${title(before.standby)} is live`);
  // A plan reads afresh what both sides have: else it is read every fifteen seconds.
  await page.request.post(`${own.url}/api/v1/pairs/dev/plans`, { data: { target: before.live } });
  return { teal, live: before.standby, standby: before.live, version: before.version + 1 };
}

const after = (page: Page) => page.getByRole('region', { name: 'After the flip' });
const steps = (page: Page) => after(page).getByRole('listitem');
const bar = (page: Page) => page.getByRole('status').filter({ hasText: 'What follows the switch' });

test('a smoke test of the standby runs a rehearsal there, and its result stands on its record and before the switch', async ({ page, world }) => {
  const { standby, live } = await stage(page, world, ['guarded_example', 'orders']);
  await page.goto(`${own.url}/p/dev/switch?to=${standby}`);
  const card = page.getByRole('region', { name: 'Smoke test' });
  await card.getByRole('button', { name: 'Smoke-test the standby' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Smoke test of ${title(standby)}`);
  const runs = page.getByRole('region', { name: 'Runs' });
  await expect(runs).toContainText('under way');
  await expect(runs).toContainText('ran well', SOON);
  await expect(page.getByRole('region', { name: '1 of 1 ran well' })).toContainText('guarded_example was unpaused for it and is paused again.');
  expect(await world.airflow(standby).awake(), 'the standby sleeps as before').toEqual([]);
  expect((await world.airflow(live).awake()).sort()).toEqual(['guarded_example', 'orders']);

  await page.goto(`${own.url}/p/dev/switch?to=${standby}`);
  await expect(card).toContainText('1 of 1 ran well');
  await expect(page.locator('.check').filter({ hasText: `guarded_example ran well on ${title(standby)}` })).toHaveCount(1);
});

test('the DAGs move with the flag step by step before one’s eyes, and taking it back puts each where it was', async ({ page, world, javaScriptEnabled }) => {
  const dags = ['exchange_rates', 'guarded_example', 'orders'];
  const { teal, standby, live, version } = await stage(page, world, dags);
  await page.goto(`${own.url}/p/dev/switch?to=${standby}`);
  const preview = page.getByRole('region', { name: 'DAGs', exact: true });
  await expect(async () => {
    await page.reload();
    await expect(preview).toContainText(`Paused on ${title(live)}, each as it has finished3 DAGs`, { timeout: 300 });
    await expect(preview).toContainText(`Unpaused on ${title(standby)} at once2 DAGs`, { timeout: 300 });
  }).toPass(SOON);
  await expect(preview).toContainText(`Unpaused on ${title(standby)} once ${title(live)} has finished with them1 DAG`);

  const record = await teal.switchTo(standby, { reason: unique('With all its DAGs') });
  if (javaScriptEnabled) await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await expect(steps(page).filter({ hasText: 'DAGs planned' })).toContainText(`3 to unpause on ${title(standby)}, 3 to pause on ${title(live)}`, SOON);
  await expect(steps(page).filter({ hasText: `2 DAGs unpaused on ${title(standby)}` })).toHaveCount(1, SOON);
  await expect(steps(page).filter({ hasText: `3 DAGs paused on ${title(live)}` })).toHaveCount(1, SOON);
  await expect(steps(page).filter({ hasText: 'All is done with the DAGs' })).toHaveCount(1, SOON);
  await expect(steps(page).filter({ hasText: 'The watch began' })).toHaveCount(1, SOON);
  if (javaScriptEnabled) expect(await page.evaluate(() => 'sameDocument' in window), 'without loading the page anew').toBe(true);
  expect((await world.airflow(standby).awake()).sort()).toEqual(dags);
  expect(await world.airflow(live).awake()).toEqual([]);
  await expect(bar(page)).toContainText('Watched until');

  if (javaScriptEnabled) {
    await world.airflow(standby).trigger('orders', unique('by-hand').replace(' ', '-'));
    await expect(steps(page).filter({ hasText: 'The new side ran its first task' })).toContainText('orders', SOON);
  }

  await after(page).getByRole('link', { name: `Take it back to ${title(live)}…` }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Switch to ${title(live)}`);
  await teal.fill(live, { reason: unique('Not as it should be') });
  await teal.submit(live).click();
  await page.waitForURL((url) => /\/history\/\d+$/.test(url.pathname) && url.pathname !== record);
  await world.airflow(standby).finish();
  await expect(steps(page).filter({ hasText: 'All is done with the DAGs' })).toHaveCount(1, SOON);
  expect((await world.airflow(live).awake()).sort()).toEqual(dags);
  expect(await world.airflow(standby).awake()).toEqual([]);
  expect(await world.flag()).toEqual({ value: live, version: version + 2 });
  await page.goto(`${own.url}${record}`);
  await expect(after(page)).toContainText('Taken back');
});

test('what still runs on the old side is waited for, until somebody says not to', async ({ page, world }) => {
  const { teal, standby, live } = await stage(page, world, ['exchange_rates', 'vacuum']);
  await world.airflow(live).trigger('vacuum', unique('long').replace(' ', '-'));
  await teal.switchTo(standby, { reason: unique('In the midst of it') });
  await expect(steps(page).filter({ hasText: `1 DAG paused on ${title(live)}` })).toContainText('exchange_rates', SOON);
  await expect(after(page)).toContainText('left to do');
  expect(await world.airflow(live).awake()).toEqual(['vacuum']);
  // It says how much freezes, and takes a reason.
  await expect(after(page)).toContainText('1 task is at work there: it freezes half-way', SOON);
  await after(page).getByRole('textbox', { name: `Why not wait for ${title(live)}?` }).fill('It hangs');
  await after(page).getByRole('button', { name: `Pause ${title(live)} now` }).click();
  await expect(steps(page).filter({ hasText: 'Not waited for the old side any longer' })).toHaveCount(1, SOON);
  await expect(steps(page).filter({ hasText: 'All is done with the DAGs' })).toHaveCount(1, SOON);
  expect(await world.airflow(live).awake()).toEqual([]);
});

test('in an emergency nothing waits for an old side that is out of reach: pausing it is owed, and done when it answers', async ({ page, world }) => {
  const { teal, standby, live } = await stage(page, world, ['clickstream', 'guarded_example', 'orders']);
  // Teal has seen what the old side works on before it went away.
  await teal.seesAtWork(live, 3);
  await world.airflow(live).silent(true);
  try {
    await teal.switchTo(standby, { reason: unique('It is gone'), emergency: true });
    await expect(page.getByText('emergency', { exact: true }).first()).toBeVisible();
    // And with them whatever Teal itself had left paused there before.
    await expect(steps(page).filter({ hasText: new RegExp(`DAGs unpaused on ${title(standby)}`) })).toHaveCount(1, SOON);
    await expect(steps(page).filter({ hasText: `3 DAGs still to be paused on ${title(live)}` })).toHaveCount(1, SOON);
    await expect(bar(page)).toContainText(`Owed: to pause 3 DAGs on ${title(live)}.`);
    const again = after(page).getByRole('button', { name: 'Try again now' });
    await expect(again).toBeEnabled();
    await world.airflow(live).silent(false);
    await again.click({ timeout: 2_000 }).catch(async (gone) => {
      // Teal tries by itself too, and may have been quicker.
      if (!(await after(page).getByText('All is done with the DAGs').isVisible())) throw gone;
    });
    await expect(steps(page).filter({ hasText: 'All is done with the DAGs' })).toHaveCount(1, SOON);
    expect(await world.airflow(live).awake()).toEqual([]);
    expect(await world.airflow(standby).awake()).toEqual(expect.arrayContaining(['clickstream', 'guarded_example', 'orders']));
  } finally {
    await world.airflow(live).silent(false);
  }
});
