// Signing in at the emulated Cognito's own pages, one person a role.

import { door, signIn } from '../door';
import { expect, test } from '../fixtures';

// The emulator's own pages have no icon.
test.use({ expectedComplaints: [/favicon\.ico/] });

test('an operator signs in at the real page, is led on, and is offered the switch', async ({ page, expectAccessible }) => {
  await signIn(page, 'olga', '/p/dev/switch?to=green');
  expect(new URL(page.url()).pathname).toBe('/p/dev/switch');
  await expect(page.locator('summary', { hasText: 'olga' })).toContainText('operator');
  await expect(page.locator('form#confirm, .lead').first()).toBeVisible();
  await expectAccessible();
});

test('a viewer sees the switch switched off, with what is missing', async ({ page, expectAccessible }) => {
  await signIn(page, 'vera');
  const off = page.getByRole('button', { name: /^Switch to (Blue|Green)…$/ });
  await expect(off).toBeDisabled();
  await expect(page.getByText('Switching needs the role operator or admin for dev. You are viewer here.')).toBeVisible();
  await expectAccessible();
  await page.goto(`${door}/p/dev/switch?to=green`);
  await expect(page.locator('input[name=confirmation]')).toHaveCount(0);
  await expectAccessible();
});

test.describe('what somebody may not open', () => {
  test.use({ expectedComplaints: [/403|favicon\.ico/] });

  test('says what is missing', async ({ page, expectAccessible }) => {
    await signIn(page, 'olga');
    const answer = await page.goto(`${door}/p/dev/history.csv`);
    expect(answer?.status()).toBe(403);
    await expect(page.getByText('Exporting the history needs the role auditor or admin for dev. You are operator here.')).toBeVisible();
    await expectAccessible();
  });
});

test('rows 3, 15 and 25: no script reads the session, and no token comes to the browser', async ({ page, context, javaScriptEnabled }) => {
  const seen: string[] = [];
  page.on('response', async (response) => {
    if (new URL(response.url()).origin === door) seen.push(JSON.stringify(await response.allHeaders()));
  });
  await signIn(page, 'olga');
  const cookies = (await context.cookies(door)).filter(({ name }) => name.startsWith('__Host-teal'));
  expect(cookies.map(({ name, httpOnly, secure, sameSite, path }) => ({ name, httpOnly, secure, sameSite, path }))).toEqual([
    { name: '__Host-teal', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
  ]);
  if (javaScriptEnabled) {
    expect(await page.evaluate(() => document.cookie)).not.toContain('__Host-teal');
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(kept).not.toMatch(/token|eyJ/);
  }
  expect(seen.join()).not.toMatch(/eyJ[A-Za-z0-9_-]{20,}/);
});

test('row 14: signed out is signed out, also for the Back button', async ({ page, expectAccessible }) => {
  await signIn(page, 'olga');
  await page.locator('summary', { hasText: 'olga' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
  await expectAccessible();
  await page.goBack();
  await expect(page.getByText('olga')).toHaveCount(0);
  await page.goto(`${door}/p/dev`);
  await expect(page.locator('input[name=username]').first()).toBeVisible();
});
