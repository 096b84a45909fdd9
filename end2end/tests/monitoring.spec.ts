// Alarms, charts and availability: what is read comes to the page that waits for it.

import { expect, test } from '../fixtures';

test('the page that is opened first says what is being read, and shows it a moment later', async ({ page, teal, expectAccessible }) => {
  await teal.stands();
  await page.goto('/p/dev');
  await page.getByRole('banner').getByRole('link', { name: 'Monitoring' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Monitoring');

  // With script the stream brings it, without the page loads itself again.
  const beats = page.getByRole('figure', { name: 'Scheduler heartbeats, in 5 minutes' });
  await expect(beats.getByRole('img')).toBeVisible({ timeout: 15_000 });
  await expect(beats.getByRole('img')).toHaveAccessibleName(/Blue: \d+; Green: \d+/);
  const alarms = page.getByRole('region', { name: 'Recommended alarms' });
  await expect(alarms.getByText(/\d+ missing/)).toBeVisible();
  await expectAccessible();
});

test('what is missing has what makes it, and what exists is found by its metric', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev/monitoring');
  const alarms = page.getByRole('region', { name: 'Recommended alarms' });
  const row = (side: string, title: string) =>
    alarms.getByRole('listitem').filter({ hasText: title }).filter({ hasText: side });
  await expect(row('Blue', 'Scheduler heartbeat')).toContainText('mwaa-openlineage-blue-dev-scheduler-heartbeat', { timeout: 15_000 });
  const missing = row('Green', 'Running tasks');
  await expect(missing).toContainText('missing');
  await missing.getByText('CloudFormation to copy').click();
  await expect(missing.locator('pre')).toContainText('Value: "mwaa-openlineage-green-dev"');
});

test('the span and the month are in the address', async ({ page, teal }) => {
  await teal.stands();
  await page.goto('/p/dev/monitoring');
  await page.getByRole('link', { name: '1 hour' }).click();
  await expect(page).toHaveURL(/span=1h/);
  await expect(page.getByRole('link', { name: '1 hour' })).toHaveAttribute('aria-current', 'page');
  const month = page.getByRole('region', { name: /^Availability in / });
  const before = await month.getByRole('heading', { level: 2 }).textContent();
  await month.getByRole('link').first().click();
  await expect(page).toHaveURL(/span=1h&month=\d{4}-\d\d/);
  await expect(month.getByRole('heading', { level: 2 })).not.toHaveText(before!);
  await expect(month.getByText('Nothing was observed').first()).toBeVisible();
});
