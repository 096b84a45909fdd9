import { expect, test } from '../fixtures';

test('the first page answers, has one heading and is accessible', async ({ page, expectAccessible }) => {
  const answer = await page.goto('/');
  expect(answer?.status()).toBe(200);
  await expect(page).toHaveTitle(/Teal/);
  await expect(page.getByRole('main')).toHaveCount(1);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expectAccessible();
});

test('the emulated AWS holds a flag, and its history ends with it', async ({ world }) => {
  const flag = await world.flag();
  expect(['blue', 'green']).toContain(flag?.value);
  const last = (await world.history()).at(-1);
  expect(last).toMatchObject({ Version: flag?.version, Value: flag?.value });
});
