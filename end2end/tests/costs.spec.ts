// What the platform costs: a manager finds the page, asks what another platform would cost, and sends the answer on.

import type { Page } from '@playwright/test';
import { parseCsv } from '../csv';
import { door, signIn } from '../door';
import { expect, test } from '../fixtures';
import { tabTo } from '../keys';

// axe takes seconds for a page of this length, and one test has it look four times.
test.describe.configure({ timeout: 90_000 });

/** The sum of the estimate, on top. */
const SHOULD = '.answers div:has(> dt:text-is("Should cost a month")) data';

const answer = (page: Page) => page.getByRole('region', { name: 'What if' }).getByRole('table');

test('the lines add up to the total, which stands on top', async ({ page, teal, expectAccessible }) => {
  await teal.stands();
  await page.goto('/p/dev');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Costs' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Costs');
  const estimate = page.getByRole('region', { name: 'What it should cost' });
  const cells = await estimate.locator('tbody tr:not(.group) td:last-child').allTextContents();
  const cents = cells.map((cell) => Math.round(Number(cell.replace(/[$,]/g, '')) * 100));
  expect(cents.length).toBeGreaterThan(10);
  const total = await page.locator(SHOULD).getAttribute('value');
  expect(cents.reduce((sum, line) => sum + line, 0)).toBe(Math.round(Number(total) * 100));
  await expectAccessible();
});

test('a question is asked by keyboard, has an address of its own, and keeps what was asked', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev/costs');
  await page.locator('#mode').selectOption('standard');
  await page.locator('#class2').selectOption('mw1.medium');
  await tabTo(page, /^Show what it costs/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/mode=standard.*class2=mw1\.medium/);
  await expect(answer(page).getByRole('row', { name: /One way/ })).toContainText('−$');
  await expect(answer(page).getByRole('row', { name: /Another way/ })).toContainText('+$');
  await page.goto(page.url());
  await expect(page.locator('#mode')).toHaveValue('standard');
  await expect(answer(page).getByRole('row')).toHaveCount(4);
});

test('the answer comes while the form is filled in, at an address that can be sent', async ({ page, teal, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'without a script the form is sent by its button');
  await teal.stands();
  await page.goto('/p/dev/costs');
  await expect(answer(page)).toHaveCount(0);
  await page.locator('#mode').selectOption('standard');
  await expect(answer(page).getByRole('row', { name: /One way/ })).toContainText('−$');
  await page.locator('#workers2').fill('3');
  await expect(answer(page).getByRole('row', { name: /Another way/ })).toContainText('3 workers each');
  await page.locator('#workers2').fill('99');
  await expect(page.getByText('“99” is left out: it is no number from 1 to 25.')).toBeVisible();
  await expect(answer(page).getByRole('row', { name: /Another way/ })).toHaveCount(0);
  await expect(page).toHaveURL(/\?mode=standard&workers2=99$/);
  await expect(page.locator('#mode'), 'what was filled in stays').toHaveValue('standard');
});

test('what cannot be reckoned is said, and the rest is', async ({ page, teal, expectAccessible }) => {
  await teal.stands();
  await page.goto('/p/dev/costs?workers=many&region2=sa-east-1');
  await expect(page.getByText('“many” is left out: it is no number from 1 to 25.')).toBeVisible();
  await expect(answer(page).getByRole('row', { name: /Another way/ })).toContainText('at least');
  await expectAccessible();
});

test('what it costs is answered on the first screen, of any width and in either theme', async ({ page, teal, expectAccessible }) => {
  await teal.stands();
  for (const width of [390, 1440]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.goto('/p/dev/costs');
      for (const question of [/^Paid in /, /^Should cost a month$/, /^Expected for /, /^Budget/]) {
        await expect(page.locator('.answers dt').filter({ hasText: question })).toBeInViewport();
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide, 'nothing stands out to the side').toBeLessThanOrEqual(0);
      await expectAccessible();
    }
  }
});

test('the parts of the page are reached by keyboard', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev/costs');
  await tabTo(page, /^Modes$/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#modes$/);
  await expect(page.getByRole('heading', { name: 'The four modes' })).toBeInViewport();
});

test('the estimate is a file whose rows come to the total', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev/costs');
  const estimate = page.getByRole('region', { name: 'What it should cost' });
  const href = await estimate.getByRole('link', { name: 'CSV of the estimate' }).getAttribute('href');
  const answer = await page.request.get(href!);
  expect(answer.headers()['content-type']).toContain('text/csv');
  const rows = parseCsv(await answer.text());
  const cents = rows.map((row) => Math.round(Number(row.month) * 100));
  const total = await page.locator(SHOULD).getAttribute('value');
  expect(cents.reduce((sum, line) => sum + line, 0)).toBe(Math.round(Number(total) * 100));
  expect((await page.request.get('/p/dev/costs.csv?table=everything')).status()).toBe(400);
});

test('on paper it is two sheets, without what can only be done on a screen', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev/costs');
  await expect(page.getByRole('region', { name: 'What could be saved' })).toBeVisible();
  const paper = await page.pdf({ format: 'A4' });
  expect(paper.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(2);
  await page.emulateMedia({ media: 'print' });
  for (const left of ['.what-if', '.costs nav', '.costs .file', '.regions', '.findings']) await expect(page.locator(left).first()).toBeHidden();
  for (const stays of ['.answers', '.estimate', '.decision', '.insurance']) await expect(page.locator(stays)).toBeVisible();
});

test.describe('who may see what was paid', () => {
  // The emulated provider's own page has no icon.
  test.use({ expectedComplaints: [/favicon\.ico/] });

  test('whoever may not see what was paid is told who may, and gets no file of it', async ({ page }) => {
    await signIn(page, 'olga', '/p/dev/costs');
    await expect(page.getByText('Seeing actual costs needs the role manager or admin for dev.')).toBeVisible();
    await expect(page.locator('.answers')).toContainText('Should cost a month');
    await expect(page.locator('.answers')).not.toContainText('Paid in');
    expect((await page.request.get(`${door}/p/dev/costs.csv?table=services`)).status()).toBe(403);
  });

  test('a manager sees what was paid', async ({ page }) => {
    await signIn(page, 'marc', '/p/dev/costs');
    await expect(page.getByRole('heading', { name: 'What was paid', exact: true })).toBeVisible();
    await expect(page.locator('.answers')).toContainText('Paid in');
  });
});
