// The calendar, and what it means while it is closed: nobody switches by plan, and whoever may says in spite of what.

import type { Page } from '@playwright/test';
import { careful, signIn } from '../door';
import { expect, test } from '../fixtures';
import { tabTo } from '../keys';
import { RECORD, title, unique } from '../teal';
import type { Color } from '../world';

// The emulator's own pages have no icon.
test.use({ expectedComplaints: [/favicon\.ico/] });

/** Signs in on the way to the switch page of the pair that is frozen, once that Teal knows what stands. */
async function open(page: Page, name: string, target: Color): Promise<void> {
  const address = `/p/dev/switch?to=${target}`;
  await signIn(page, name, address, careful);
  await expect(async () => {
    await page.goto(`${careful}${address}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Switch to ${title(target)}`, { timeout: 500 });
  }).toPass({ timeout: 10_000 });
}

const blocks = (page: Page) => page.getByRole('listitem').filter({ hasText: 'blocks' });
const inSpite = (page: Page) => page.getByRole('checkbox', { name: /Switch in spite of: freeze/ });

test('the calendar says why it is closed, since when it is, and when it opens', async ({ page }) => {
  await signIn(page, 'vera', '/p/dev', careful);
  await expect(page.getByText('Closed because: The books are closed')).toBeVisible();
  await page.getByRole('link', { name: 'Freezes' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Freezes');
  await expect(page.getByRole('heading', { name: 'Closed because: The books are closed' })).toBeVisible();
  const opens = page.getByText(/^Opens .* UTC/);
  await expect(opens).toContainText(/in \d+ (h|d)/);
  const row = page.getByRole('table', { name: 'Ahead' }).getByRole('row').filter({ hasText: 'The books are closed' });
  await expect(row).toContainText('closed now');
  await expect(row.getByRole('cell').last()).toContainText('00:00:00 UTC');
  await expect(page.locator('td[aria-current=date]')).toContainText('closed all day');
});

test('an operator is refused while it is closed, and the server is who refuses', async ({ page, teal, world }) => {
  const { standby, version } = await teal.stands();
  await open(page, 'olga', standby);
  await expect(page.getByText('Closed because: The books are closed')).toBeVisible();
  await expect(blocks(page).first()).toContainText('Freeze');
  await expect(blocks(page).first()).toContainText(/opens|open again|until/i);
  await expect(page.getByText('Blocked by: freeze. Mend it or wait. Emergency is for when the live side is broken; the record says so for ever.')).toBeVisible();
  await expect(inSpite(page), 'she may not override').toHaveCount(0);

  const reason = unique('It cannot wait');
  await teal.fill(standby, { reason });
  // She forges what the page does not offer.
  const form = { ...(await teal.form(standby, { reason })), in_spite: 'true' };
  const answer = await page.request.post(`${careful}/api/fn/switch`, { form, headers: { accept: 'text/html', origin: careful }, maxRedirects: 0 });
  await page.goto(new URL(answer.headers()['location'], careful).href);
  await expect(page.getByRole('alert')).toContainText('You may not override what blocks here');
  await expect(page.getByLabel('Why'), 'what she typed is kept').toHaveValue(reason);
  expect(await world.flag()).toMatchObject({ version });
});

test('without the tick nobody overrides: the form comes to nothing while it is closed', async ({ page, teal, world, javaScriptEnabled }) => {
  const { standby, version } = await teal.stands();
  await open(page, 'ada', standby);
  const reason = unique('Forgot the tick');
  await teal.fill(standby, { reason });
  if (javaScriptEnabled) {
    await expect(teal.submit(standby)).toBeDisabled();
    await teal.submitAnyway();
    await page.waitForURL(RECORD);
  } else {
    await teal.submit(standby).click();
  }
  await expect(page.getByRole('article')).toContainText('freeze');
  await expect(page.getByRole('blockquote')).toHaveText(reason);
  expect(await world.flag()).toMatchObject({ version });
});

test('whoever may switches in spite of it by keyboard alone, and the record says for ever what was overridden', async ({ page, teal, world }) => {
  const { standby, version } = await teal.stands();
  await open(page, 'ada', standby);
  await tabTo(page, /^typed$/);
  await page.keyboard.type(standby);
  await page.keyboard.press('Tab');
  const reason = unique('The books were wrong');
  await page.keyboard.type(reason);
  await tabTo(page, /^in_spite$/);
  await page.keyboard.press('Space');
  await expect(inSpite(page)).toBeChecked();
  await tabTo(page, new RegExp(`^Switch to ${title(standby)}$`));
  await page.keyboard.press('Enter');
  await page.waitForURL(RECORD);
  await expect(page.getByRole('region', { name: 'verified' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Facts' })).toContainText('Overriddenfreeze');
  await expect(page.getByRole('blockquote')).toHaveText(reason);
  expect(await world.flag()).toEqual({ value: standby, version: version + 1 });
});

test('an emergency does not wait for the calendar', async ({ page, teal, world }) => {
  const { standby, version } = await teal.stands();
  await open(page, 'olga', standby);
  await teal.fill(standby, { reason: unique('It burns'), emergency: true });
  await teal.submit(standby).click();
  await page.waitForURL(RECORD);
  await expect(page.getByText('emergency', { exact: true }).first()).toBeVisible();
  expect(await world.flag()).toEqual({ value: standby, version: version + 1 });
});
