// Hands off the mouse, and a phone in the other hand.

import { expect, test } from '../fixtures';
import { focused, tabTo } from '../keys';
import { RECORD, title, unique } from '../teal';

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
