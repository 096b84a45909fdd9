// A flag that names no side: no guarded DAG works anywhere, and nothing may stand in the way of mending it.

import { expect, test } from '../fixtures';
import { RECORD, unique } from '../teal';

test.afterEach(async ({ teal }) => {
  await teal.stands();
});

test('a flag that holds “purple” means that no side is working, and is repaired with a confirmed switch', async ({ page, teal, world }) => {
  await teal.stands();
  const version = await world.put('purple');
  await teal.shows('No side is working');
  await page.goto('/p/dev');
  const headline = page.getByRole('region', { name: 'No side is working' });
  await expect(headline).toContainText(`It holds “purple” since version ${version}`);
  await headline.getByRole('link', { name: 'Set the flag to Green' }).click();

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Set the flag to Green');
  await expect(page.getByRole('checkbox', { name: /Emergency/ }), 'a repair needs no emergency').toHaveCount(0);
  const reason = unique('Somebody mistyped');
  await teal.fill('green', { reason });
  await teal.submit('green').click();
  await page.waitForURL(RECORD);
  await expect(page.getByRole('region', { name: 'verified' })).toContainText(`since version ${version + 1}`);
  await expect(page.getByText('repair', { exact: true }).first()).toBeVisible();
  expect(await world.flag()).toEqual({ value: 'green', version: version + 1 });

  await page.goto('/p/dev');
  await expect(page.getByRole('region', { name: 'Green is live' })).toContainText('repaired by');
});

test('a flag that was deleted is told as missing and created anew', async ({ page, teal, world }) => {
  await teal.stands();
  await world.deleteFlag();
  await teal.shows('No side is working');
  await page.goto('/p/dev');
  const headline = page.getByRole('region', { name: 'No side is working' });
  await expect(headline).toContainText('It does not exist');
  await headline.getByRole('link', { name: 'Set the flag to Blue' }).click();

  const reason = unique('Cleaned up too much');
  await teal.fill('blue', { reason });
  await teal.submit('blue').click();
  await page.waitForURL(RECORD);
  await expect(page.getByRole('region', { name: 'verified' })).toContainText('since version 1');
  await expect(page.getByRole('article')).toContainText('a missing parameter');
  expect(await world.flag()).toEqual({ value: 'blue', version: 1 });
  const incidents = await teal.exported('?kind=incident');
  expect(incidents.map((row) => row.kind)).toContain('gone');
});

test('a missing flag that somebody creates meanwhile is not written over', async ({ page, teal, world }) => {
  await teal.stands();
  await world.deleteFlag();
  await teal.shows('No side is working');
  await page.route('**/p/dev/live', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'retry: 600000\n\n' }));
  await teal.openSwitch('blue');
  const reason = unique('Create it');
  await teal.fill('blue', { reason });
  await world.put('green', 'created by hand');
  await teal.submit('blue').click();
  await expect(page.getByRole('alert').filter({ hasText: 'The flag had moved' })).toContainText('Green at version 1');
  await expect(page.getByLabel('Why')).toHaveValue(reason);
  expect(await world.flag()).toEqual({ value: 'green', version: 1 });
});

test('a value with markup in it stays text', async ({ page, teal, world }) => {
  await teal.stands();
  await world.put('<img src=x onerror=alert(1)>');
  await teal.shows('No side is working');
  for (const address of ['/p/dev', '/p/dev/history', '/p/dev/switch?to=blue']) {
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('img, [onerror]')).toHaveCount(0);
  }
  await page.goto('/p/dev');
  await expect(page.getByText('<img src=x onerror=alert(1)>').first()).toBeVisible();
});
