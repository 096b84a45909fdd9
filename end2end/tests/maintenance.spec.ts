// Declared maintenance, and the guided upgrade that rests on it.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { tabTo } from '../keys';
import { OwnTeal } from '../server';
import { Teal, title, unique } from '../teal';

let own: OwnTeal;

test.beforeAll(async () => {
  own = await OwnTeal.make(() => '[pair.policy]\nsmoke = ["guarded_example"]\n\n[polling]\nflag = "1s"\nenvironments = "5s"\nsurroundings = "15s"');
  await own.start();
});

test.afterAll(() => own.end());

const steps = (page: Page) => page.locator('.stages > li');

test('a maintenance is declared by keyboard alone, stands on the card of its side, and is lifted', async ({ page, world, javaScriptEnabled }) => {
  const teal = new Teal(page, world, own.url);
  const { standby } = await teal.stands();
  await page.goto(`${own.url}/p/dev/maintenance`);
  await tabTo(page, /^side$/);
  await expect(page.getByLabel('Side'), 'the standby is proposed').toHaveValue(standby);
  await page.keyboard.press('Tab');
  const what = unique('New workers');
  await page.keyboard.type(what);
  await tabTo(page, /^Declare the maintenance$/);
  await page.keyboard.press('Enter');
  const stands = page.getByRole('region', { name: new RegExp(`^${title(standby)}: `) });
  await expect(stands).toContainText(what);
  await expect(stands).toContainText('Options');

  await page.goto(`${own.url}/p/dev`);
  const side = page.getByRole('region', { name: title(standby), exact: true });
  await expect(side).toContainText(`${title(standby)}: ${what}, until`);
  await page.getByRole('link', { name: 'Maintenance', exact: true }).click();
  await page.getByRole('button', { name: 'Lift it' }).click();
  await expect(page.getByRole('button', { name: 'Declare the maintenance' })).toBeVisible();
  await page.goto(`${own.url}/p/dev`);
  await expect(side).not.toContainText(what);
  await page.goto(`${own.url}/p/dev/history?kind=maintenance`);
  await expect(page.getByRole('table')).toContainText(what);
  if (javaScriptEnabled) await expect(page.getByRole('banner').getByRole('status')).toHaveText('live');
});

test('an end in the past is refused, and what was typed is kept', async ({ page, world }) => {
  await new Teal(page, world, own.url).stands();
  await page.goto(`${own.url}/p/dev/maintenance`);
  await page.getByLabel('What is done to it').fill('Too late');
  await page.getByLabel('Until (UTC)').fill('2026-01-01T10:00');
  await page.getByLabel('Requirements').uncheck();
  await page.getByRole('button', { name: 'Declare the maintenance' }).click();
  await expect(page.getByRole('alert')).toContainText('The end cannot be taken');
  await expect(page.getByLabel('What is done to it')).toHaveValue('Too late');
  await expect(page.getByLabel('Requirements')).not.toBeChecked();
});

test('the guided upgrade knows where it is: declared, updating, updated, looked at, and what is next', async ({ page, world, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'it takes as long as an update, and is the same page');
  test.setTimeout(60_000);
  const teal = new Teal(page, world, own.url);
  const { standby } = await teal.stands();
  await page.goto(`${own.url}/p/dev/upgrade`);
  await expect(page.locator('[aria-current=step]')).toContainText(`1. Declare the maintenance of ${title(standby)}`);
  await page.getByRole('link', { name: 'To the maintenance' }).click();
  // A version that no Teal has heard of.
  await page.getByLabel('What is done to it').fill('3.0.6 → 3.7.1');
  await page.getByRole('button', { name: 'Declare the maintenance' }).click();
  await page.getByRole('link', { name: 'Guided upgrade of Airflow' }).click();
  await expect(page.locator('[aria-current=step]')).toContainText(`2. Update ${title(standby)}`);
  await expect(page.getByText(`aws mwaa update-environment --region us-east-2 --name mwaa-openlineage-${standby}-dev --airflow-version 3.7.1`)).toBeVisible();

  const before = (await world.version(standby))!;
  try {
    await world.update(standby, '3.7.1');
    await expect(async () => {
      await page.goto(`${own.url}/p/dev/upgrade`);
      await expect(steps(page).nth(1)).toContainText('UPDATING', { timeout: 300 });
    }).toPass({ timeout: 10_000 });
    await expect(async () => {
      await page.goto(`${own.url}/p/dev/upgrade`);
      await expect(steps(page).nth(1)).toContainText('AVAILABLE with Airflow 3.7.1', { timeout: 300 });
    }).toPass({ timeout: 20_000 });
    await expect(steps(page).nth(0)).toContainText('done');
    await expect(steps(page).nth(1)).toContainText('done');
    // It is looked at, or says at what to look; then comes the smoke test, then the switch.
    await expect(page.locator('[aria-current=step]')).toContainText(/3\. Look at the checks|4\. Smoke-test/);
    await expect(steps(page).last()).toContainText('Lift the maintenance');
  } finally {
    await world.update(standby, before);
    await page.goto(`${own.url}/p/dev/maintenance`);
    await page.getByRole('button', { name: 'Lift it' }).click();
    await expect.poll(() => world.version(standby), { timeout: 15_000 }).toBe(before);
  }
});
