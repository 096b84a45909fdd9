// Hands off the mouse, and a phone in the other hand.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { RECORD, title, unique } from '../teal';

/** What has the focus: its name, and whether one can see that it has it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const here = document.activeElement as HTMLElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(here);
    const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    const box = here.getBoundingClientRect();
    const text = (here.getAttribute('aria-label') ?? here.textContent ?? '').replace(/\s+/g, ' ').trim();
    return {
      name: here.id || text,
      body: here === document.body,
      visible: (ring || boxShadow !== 'none') && box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0,
    };
  });

/** Presses Tab until something has the focus; every stop on the way must be visible. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const stops: string[] = [];
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press('Tab');
    const here = await focused(page);
    if (here.body) continue;
    expect(here.visible, `the focus on “${here.name}” can be seen`).toBe(true);
    if (name.test(here.name)) return;
    stops.push(here.name);
  }
  throw new Error(`Tab never came to ${name}: ${stops.join(' · ')}`);
}

test('the keyboard alone makes a whole switch, and the focus can be seen all the way', async ({ page, teal, world }) => {
  const { standby, version } = await teal.stands();
  await page.goto('/p/dev');
  await tabTo(page, new RegExp(`^Switch to ${title(standby)}…$`));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Switch to ${title(standby)}`);
  await tabTo(page, /^typed$/);
  await page.keyboard.type(standby);
  await page.keyboard.press('Tab');
  const reason = unique('No mouse at three in the morning');
  await page.keyboard.type(reason);
  await tabTo(page, new RegExp(`^Switch to ${title(standby)}$`));
  await page.keyboard.press('Enter');
  await page.waitForURL(RECORD);
  await expect(page.getByRole('region', { name: 'verified' })).toBeVisible();
  await expect(page.getByRole('blockquote')).toHaveText(reason);
  expect(await world.flag()).toEqual({ value: standby, version: version + 1 });
});

test('the first stop of the keyboard leads past the header', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toMatchObject({ name: 'Skip to the content', visible: true });
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#main$/);
});

test.describe('on a phone', () => {
  // One of the pages is one that is not there.
  test.use({ expectedComplaints: [/404/] });
  test.use({ viewport: { width: 390, height: 844 } });

  test('nothing scrolls sideways, not even with a reason of one endless word', async ({ page, teal }) => {
    const { live, standby } = await teal.stands();
    const record = await teal.switchTo(standby, { reason: unique('endless'.repeat(65)) });
    const pages = ['/p/dev', `/p/dev/switch?to=${live}`, `/p/dev/switch?to=${standby}`, '/p/dev/history', record, '/p/dev/history/none'];
    for (const address of pages) {
      await page.goto(address);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, address).toBeLessThanOrEqual(390);
    }
  });
});
