// The platform as a picture and as a table: both say the same, the keyboard reaches every part, and a phone gets a list.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { focused, tabTo } from '../keys';
import { title } from '../teal';

const picture = (page: Page) => page.getByRole('figure', { name: 'The platform as a picture' });
const table = (page: Page) => page.getByRole('region', { name: 'The parts' });

test('the overview leads to the picture, in which the live side is lit', async ({ page, teal, expectAccessible }) => {
  const { live, standby } = await teal.stands();
  await page.goto('/p/dev');
  await page.getByRole('main').getByRole('link', { name: 'Topology' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Topology');
  await expect(picture(page).getByRole('link', { name: `${title(live)} environment, live:` })).toBeVisible();
  await expect(picture(page).getByRole('link', { name: `${title(standby)} environment, standby:` })).toBeVisible();
  await expect(picture(page).getByRole('link', { name: /^Flag: healthy\./ })).toBeVisible();
  await expectAccessible();
});

test('the keyboard reaches each part, and leads from it to the row that says the same', async ({ page, teal }) => {
  const { live } = await teal.stands();
  await page.goto('/p/dev/topology');
  const labels = await picture(page).getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('aria-label') ?? ''));
  expect(labels.length).toBeGreaterThanOrEqual(6);
  for (const label of labels) {
    const [, part, health, reason] = /^([^:,]+)(?:, \w+)?: (\w+)\. (.*)$/s.exec(label) ?? [];
    const row = table(page).locator('tbody tr').filter({ has: page.getByRole('rowheader', { name: part }) });
    await expect(row, label).toContainText(health);
    await expect(row, label).toContainText(reason);
  }
  await tabTo(page, new RegExp(`^${title(live)} environment, live:`));
  expect(await focused(page)).toMatchObject({ visible: true });
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`#part-${live}-environment$`));
  await expect(page.locator(`#part-${live}-environment`)).toBeInViewport();
});

test('the picture stays where it is while the flag moves over', async ({ page, teal, world, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'the page follows by script');
  const { live, standby } = await teal.stands();
  await page.goto('/p/dev/topology');
  const lit = (color: typeof live) => picture(page).getByRole('link', { name: `${title(color)} environment, live:` });
  await expect(lit(live)).toBeVisible();
  const places = () =>
    picture(page).evaluate((figure) => [...figure.querySelectorAll('.box')].map((box) => ['x', 'y', 'width', 'height'].map((name) => box.getAttribute(name))));
  const before = await places();
  await world.put(standby);
  await expect(lit(standby)).toBeVisible();
  expect(await places()).toEqual(before);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the picture folds into a list, and nothing scrolls sideways', async ({ page, teal, expectAccessible }) => {
    const { live } = await teal.stands();
    await page.goto('/p/dev/topology');
    await expect(picture(page)).toBeHidden();
    const row = page.locator(`#part-${live}-environment`);
    await expect(row).toBeVisible();
    await expect(row).toContainText(`mwaa-openlineage-${live}-dev`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await expectAccessible();
  });
});
