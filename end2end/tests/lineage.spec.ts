// Lineage: what Marquez tells of both sides, and the way from the overview to it.

import { expect, test } from '../fixtures';
import { title } from '../teal';

test('lineage is one link away, and tells how Marquez is and what ran on the side that is live', async ({ page, teal }) => {
  const { live } = await teal.stands();
  await page.goto('/p/dev');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Lineage' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Lineage');
  await expect(page.getByText('Marquez answers')).toBeVisible();
  await expect(page.getByRole('heading', { name: `Jobs of ${title(live)} · live` })).toBeVisible();
  // The world began with a day of runs on one of the two sides.
  const runs = page.getByRole('table').filter({ hasText: 'Last run' }).first();
  await expect(runs.getByRole('link', { name: 'clickstream.sessionize.spark.write_sessions' })).toHaveAttribute(
    'href',
    /^https:\/\/marquez\.example\.com\/lineage\/job\/mwaa-openlineage-(blue|green)-dev\/clickstream\.sessionize\.spark\.write_sessions$/,
  );
  await expect(runs.getByText('failed', { exact: true }).first()).toBeVisible();
  const events = page.getByRole('region', { name: 'Events a day' });
  await expect(events.getByRole('row')).toHaveCount(8);
  await expect(page.getByRole('link', { name: 'Open Marquez' })).toHaveAttribute('href', 'https://marquez.example.com');
});

test('after a switch the page says what ran before it and what has run since', async ({ page, teal }) => {
  const { live } = await teal.stands();
  await page.goto('/p/dev/lineage');
  const continuity = page.getByRole('region', { name: 'Did lineage go on over the switch?' });
  await expect(continuity.getByText(`${title(live)} took over`)).toBeVisible();
  await expect(continuity.getByText(/ in the 31 days before it/)).toBeVisible();
});
