// Signing in with a provider that is not Cognito: the certified `oidc-provider`, by configuration alone.

import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from '../fixtures';

const teal = process.env.TEAL_BEHIND_PROVIDER ?? '';
const provider = process.env.TEAL_PROVIDER ?? '';

// The provider's own pages have no icon.
test.use({ expectedComplaints: [/favicon\.ico/] });

// They would like a typeface from elsewhere.
const withoutTypeface = (context: BrowserContext) =>
  context.route('https://fonts.googleapis.com/**', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
test.beforeEach(({ context }) => withoutTypeface(context));

const login = (page: Page) => page.getByPlaceholder('Enter any login');
const consent = (page: Page) => page.getByRole('button', { name: 'Continue' });
const there = (url: URL) => url.origin === provider;
const back = (url: URL) => url.origin === teal && !url.pathname.startsWith('/sign-in');

async function proveWho(page: Page, name: string): Promise<void> {
  await page.waitForURL(there);
  await login(page).fill(name);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

async function signIn(page: Page, name: string, path = '/p/dev'): Promise<void> {
  await page.goto(`${teal}${path}`);
  await proveWho(page, name);
  await consent(page).click();
  await page.waitForURL(back);
}

async function signOut(page: Page, name: string): Promise<void> {
  await page.locator('summary', { hasText: name }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
}

test('an operator signs in at the pages of another provider, is led on, and may switch', async ({ page }) => {
  await signIn(page, 'olga', '/p/dev/switch?to=green');
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/p/dev/switch?to=green');
  // Her name and her groups came from the userinfo endpoint: the token of this provider has neither.
  await expect(page.locator('summary', { hasText: 'olga' })).toContainText('operator');
  await page.goto(`${teal}/p/dev`);
  await expect(page.getByRole('link', { name: /^Switch to (Blue|Green)…$/ })).toBeVisible();
});

test('a viewer is shown the switch switched off, and gets no confirmation', async ({ page }) => {
  await signIn(page, 'vera');
  await expect(page.locator('summary', { hasText: 'vera' })).toContainText('viewer');
  await expect(page.getByRole('button', { name: /^Switch to (Blue|Green)…$/ })).toBeDisabled();
  await expect(page.getByText('Switching needs the role operator or admin for dev. You are viewer here.')).toBeVisible();
  await page.goto(`${teal}/p/dev/switch?to=green`);
  await expect(page.locator('input[name=confirmation]')).toHaveCount(0);
});

test.describe('who is refused', () => {
  test.use({ expectedComplaints: [/403|favicon\.ico/] });

  test('whoever is in no group of ours may see nothing', async ({ page }) => {
    await page.goto(`${teal}/p/dev`);
    await proveWho(page, 'nora');
    await consent(page).click();
    const answer = await page.goto(`${teal}/p/dev`);
    expect(answer?.status()).toBe(403);
  });

  test('whoever turns back at the provider is told so', async ({ page }) => {
    await page.goto(`${teal}/p/dev`);
    await page.waitForURL(there);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expect(page.getByText('The identity provider refused: access_denied')).toBeVisible();
  });
});

test('signing out here is signing out there: the next sign-in asks who one is', async ({ page, context }) => {
  await signIn(page, 'olga');
  // As long as the provider knows her, it asks only whether Teal may.
  await page.goto('about:blank');
  await context.clearCookies({ name: '__Host-teal' });
  await page.goto(`${teal}/p/dev`);
  await consent(page).click();
  await page.waitForURL(back);
  await expect(login(page)).toHaveCount(0);

  await signOut(page, 'olga');
  await page.waitForURL(there);
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(teal);
  await page.goto(`${teal}/p/dev`);
  await expect(login(page)).toBeVisible();
});

test('to prove anew who one is, the provider asks although it knows', async ({ page }) => {
  await signIn(page, 'olga');
  await page.goto(`${teal}/sign-in?next=/p/dev/history&anew=1`);
  await proveWho(page, 'olga');
  await consent(page).click();
  await page.waitForURL(`${teal}/p/dev/history`);
});

test('row 22: a person who is disabled at the provider is out when it is asked again, and nobody else', async ({ page, browser, javaScriptEnabled, request }) => {
  const context = await browser.newContext({ javaScriptEnabled });
  await withoutTypeface(context);
  const other = await context.newPage();
  try {
    await signIn(other, 'vera');
    await signIn(page, 'dora');
    await other.goto('about:blank');
    await page.goto('about:blank');
    const status = async (who: Page) => (await who.request.get(`${teal}/p/dev`)).status();
    expect([await status(page), await status(other)]).toEqual([200, 200]);
    await request.put(`${provider}/people/dora/disabled`);
    // It is asked every ten seconds.
    await expect.poll(() => status(page), { timeout: 20_000, intervals: [1_000] }).toBe(401);
    expect(await status(other)).toBe(200);
  } finally {
    await request.delete(`${provider}/people/dora/disabled`);
    await context.close();
  }
});
