// Troubles by name: somebody asks, and is told what was seen and what to do.

import type { Page } from '@playwright/test';
import { careful, signIn } from '../door';
import { expect, test } from '../fixtures';
import { title } from '../teal';

/** Asks until something is told: whoever asks within two seconds is told what was found before. */
async function look(page: Page, told: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.getByRole('button', { name: 'Look now' }).click();
    await told();
  }).toPass({ timeout: 10_000, intervals: [1_000] });
}

const found = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, level: 2 }) });

test('nothing is wrong, as far as can be seen, while the live side works', async ({ page, teal, world, javaScriptEnabled }) => {
  const { live } = await teal.stands();
  await world.works(live, ['orders', 'clickstream']);
  await page.goto('/p/dev');
  await page.getByRole('main').getByRole('link', { name: 'Troubleshooting' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Troubleshooting');
  await page.getByRole('button', { name: 'Look now' }).click();
  await expect(page.getByText(/^Looked (just now|\d+ s ago), in /)).toBeVisible();
  await expect(page.locator('.troubles > li')).toHaveCount(7);
  for (const name of ['AccessDenied on the parameter', 'Load-balancer checks fail']) {
    await expect(found(page, name), name).toContainText('not found');
  }
  const ways = page.getByRole('region', { name: 'Where to look further' });
  await expect(ways.getByRole('link').first()).toBeVisible();
  if (javaScriptEnabled) await expect(page.getByRole('banner').getByRole('status')).toHaveText('live');
});

test('a live side whose DAGs are paused, and one that does not answer, are told apart', async ({ page, teal, world }) => {
  const { live, standby } = await teal.stands();
  // Somebody has paused it all, and the other side works by its schedule.
  await world.works(standby, ['orders', 'exchange_rates']);
  await page.goto('/p/dev/trouble');
  const idle = found(page, 'DAGs do not execute on the active side');
  await look(page, () => expect(idle).toContainText('Paused here and not on the other side: exchange_rates, orders', { timeout: 500 }));
  await expect(idle.getByRole('heading', { name: 'What to do' })).toBeVisible();

  await world.airflow(live).silent(true);
  try {
    await look(page, () => expect(idle).toContainText('cannot be told', { timeout: 500 }));
    await expect(idle).toContainText(`${title(live)}'s Airflow did not tell what its DAGs do`);
  } finally {
    await world.works(live, []);
  }
});

test.describe('who may not', () => {
  // The emulator's own pages have no icon.
  test.use({ expectedComplaints: [/favicon\.ico/] });

  test('sees the page with its button off, and what is missing', async ({ page }) => {
    await signIn(page, 'vera', '/p/dev/trouble', careful);
    await expect(page.getByRole('button', { name: 'Look now' })).toBeDisabled();
    await expect(page.getByText(/needs the role operator or admin/).first()).toBeVisible();
  });
});
