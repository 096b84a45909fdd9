// Drills: planned by a form, run now, and what came of it; by people who may, and read by those who may not.

import type { Page } from '@playwright/test';
import { door, signIn } from '../door';
import { expect, test } from '../fixtures';
import { tabTo } from '../keys';
import { unique } from '../teal';

// A run goes through all checks, which looks at everything anew.
test.describe.configure({ timeout: 90_000 });
// The emulated Cognito has no icon.
test.use({ expectedComplaints: [/favicon\.ico/] });

const plan = (page: Page, name: string) => page.getByRole('region', { name: 'Planned' }).getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });

/** A tabletop drill in the first night of each year, as somebody fills it in: no test runs into it by its schedule. */
async function planned(page: Page, name: string): Promise<void> {
  await page.goto('/p/dev/drills');
  await page.getByRole('link', { name: 'Plan a drill' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Cron pattern').fill('0 3 1 1 *');
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Plan it' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Drills' })).toBeVisible();
  await expect(plan(page, name)).toBeVisible();
}

/** Does something with a plan. */
async function deed(page: Page, name: string, label: string | RegExp): Promise<void> {
  await page.goto('/p/dev/drills');
  await plan(page, name).getByText('Change or run').click();
  await plan(page, name).getByRole('button', { name: label }).click();
}

test('a drill is planned, run by its name, and its report tells what was looked at', async ({ page, world, expectAccessible, javaScriptEnabled }) => {
  const name = unique('Tabletop');
  const version = (await world.flag())?.version;
  await planned(page, name);
  await expect(plan(page, name)).toContainText(/\w{3} 1 Jan \d{4}, 03:00 CET/);
  await expectAccessible();

  await plan(page, name).getByText('Change or run').click();
  await plan(page, name).getByLabel(/type its name/).fill('another');
  await plan(page, name).getByRole('button', { name: 'Run it now' }).click();
  await expect(page.getByRole('alert')).toContainText('type the name of the drill');

  await plan(page, name).getByText('Change or run').click();
  await plan(page, name).getByLabel(/type its name/).fill(name);
  await plan(page, name).getByRole('button', { name: 'Run it now' }).click();
  await expect(page).toHaveURL(/\/p\/dev\/drills\/run\/\d+$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(async () => {
    if (!javaScriptEnabled) await page.reload();
    await expect(page.getByText(/It ended: (succeeded|failed)\./)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await page.reload();
  await expect(page.getByRole('heading', { name: 'The checks, as they stood' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'In the journal' })).toBeVisible();
  await expectAccessible();
  expect((await world.flag())?.version, 'a tabletop drill moves nothing').toBe(version);

  // It is in the list of runs, and in the history.
  await page.goto('/p/dev/drills');
  await expect(page.getByRole('region', { name: 'Runs' }).getByRole('link', { name })).not.toHaveCount(0);
  await page.goto('/p/dev/history?kind=drill');
  await expect(page.getByText(`Drill: ${name}`).first()).toBeVisible();
  await deed(page, name, 'Take away');
});

test('what is wrong is told at once, nothing that was typed is lost, and the dates are shown before it is sent', async ({ page, javaScriptEnabled }) => {
  await page.goto('/p/dev/drills/plan');
  await page.getByLabel('Name', { exact: true }).fill('A <b>bold</b> one');
  await page.getByLabel('Cron pattern').fill('0 10 30 2 *');
  await page.getByRole('button', { name: 'Plan it' }).click();
  await expect(page.getByRole('alert')).toContainText('never comes to pass');
  await expect(page.getByLabel('Cron pattern')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('A <b>bold</b> one');

  await page.getByLabel('Cron pattern').fill('30 2 * * SUN');
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  if (!javaScriptEnabled) await page.getByRole('button', { name: 'Show the dates' }).click();
  await expect(page.getByRole('heading', { name: 'Next dates' })).toBeVisible();
  await expect(page.locator('.preview ol > li')).toHaveCount(5);
  await expect(page.locator('.preview ol > li').first()).toContainText('02:30 CE');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('A <b>bold</b> one');
});

test('a plan is paused, resumed, changed and taken away', async ({ page }) => {
  const name = unique('Paused');
  await planned(page, name);
  await deed(page, name, 'Pause');
  await expect(plan(page, name)).toContainText('paused');
  await deed(page, name, 'Resume');
  await expect(plan(page, name)).toContainText('03:00 CET');
  const next = await plan(page, name).locator('.next strong').textContent();
  await deed(page, name, /^Skip /);
  await expect(page).toHaveURL(/\/drills\/run\/\d+$/);
  await expect(page.getByText('skipped on request')).toBeVisible();
  await page.goto('/p/dev/drills');
  await expect(plan(page, name)).toBeVisible();
  expect(next).toMatch(/ 1 Jan \d{4}, 03:00 CET$/);

  await plan(page, name).getByText('Change or run').click();
  await plan(page, name).getByRole('link', { name: 'Change' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue(name);
  await page.getByLabel('Owner').fill('ana and olga');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(plan(page, name)).toContainText('ana and olga');
  await deed(page, name, 'Take away');
  await expect(plan(page, name)).toHaveCount(0);
});

test('whoever may only look reads, and is told who plans', async ({ page }) => {
  await signIn(page, 'vera', '/p/dev/drills');
  await expect(page.getByRole('heading', { level: 1, name: 'Drills' })).toBeVisible();
  await expect(page.getByText('Drilling needs the role operator or admin')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Plan a drill' })).toHaveCount(0);
  await page.goto(`${door}/p/dev/drills/plan`);
  await expect(page.getByRole('button', { name: 'Plan it' })).toBeDisabled();
});

test('the form is reached and sent by keyboard', async ({ page }) => {
  const name = unique('By keyboard');
  await page.goto('/p/dev/drills/plan');
  await tabTo(page, /^name$/);
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Drills' })).toBeVisible();
  await expect(plan(page, name)).toBeVisible();
  await deed(page, name, 'Take away');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('nothing scrolls sideways, and it is accessible in the dark', async ({ page, expectAccessible }) => {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    for (const address of ['/p/dev/drills', '/p/dev/drills/plan']) {
      await page.goto(address);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await expectAccessible();
    }
  });
});
