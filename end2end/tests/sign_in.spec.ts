// Signing in at the emulated Cognito's own pages, one person a role.

import { door, signIn } from '../door';
import { expect, test } from '../fixtures';
import { TOKEN, Traffic } from '../traffic';

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
  const traffic = new Traffic(context);
  await signIn(page, 'olga');
  const cookies = (await context.cookies(door)).filter(({ name }) => name.startsWith('__Host-teal'));
  expect(cookies.map(({ name, httpOnly, secure, sameSite, path }) => ({ name, httpOnly, secure, sameSite, path }))).toEqual([
    { name: '__Host-teal', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
  ]);
  const session = cookies[0].value;
  expect(session.length).toBeGreaterThanOrEqual(43);

  for (const path of ['/p/dev', '/p/dev/switch?to=green', '/p/dev/history', '/p/dev/history/1', '/sessions', '/embed/dev', '/api/v1/pairs/dev']) {
    await page.goto(`${door}${path}`);
    expect(await page.content(), path).not.toContain(session);
  }
  if (javaScriptEnabled) {
    await page.goto(`${door}/p/dev`);
    const kept = await page.evaluate(async () => {
      // The stream never ends: its first piece holds all that there is.
      const stream = (await fetch('/p/dev/live')).body!.getReader();
      const live = new TextDecoder().decode((await stream.read()).value);
      await stream.cancel();
      const [databases, caches_] = [await indexedDB.databases(), await caches.keys()];
      return { live, cookie: document.cookie, local: { ...localStorage }, session: { ...sessionStorage }, name: window.name, databases, caches: caches_ };
    });
    expect(kept.live).toContain('snapshot');
    expect(kept.cookie).not.toContain('__Host-teal');
    expect(kept).toMatchObject({ databases: [], caches: [] });
    expect(JSON.stringify(kept)).not.toContain(session);
    expect(JSON.stringify(kept)).not.toMatch(TOKEN);
  }

  const { answers, requests } = await traffic.all();
  const ours = answers.filter(({ url }) => url.startsWith(`${door}/`));
  const came = (what: RegExp) => ours.filter(({ url }) => what.test(url));
  for (const what of [/\/sign-in\?/, /\/sign-in\/back\?/, /\/p\/dev$/, /\/sessions$/, /\/api\/v1\/pairs\/dev$/]) expect(came(what), `${what}`).not.toEqual([]);
  expect(ours.filter(({ body }) => body.includes('<!DOCTYPE html>')).length, 'pages were read').toBeGreaterThanOrEqual(6);
  for (const { url, headers, body } of answers) {
    expect(url, 'an address').not.toContain(session);
    expect(body, `the body of ${url}`).not.toContain(session);
    for (const { name, value } of headers) {
      if (name.toLowerCase() !== 'set-cookie') expect(value, `${name} of ${url}`).not.toContain(session);
    }
    if (!url.startsWith(`${door}/`)) continue;
    expect(`${url}\n${JSON.stringify(headers)}\n${body}`, `what ${url} says`).not.toMatch(TOKEN);
  }
  const set = ours.flatMap(({ url, headers }) => headers.filter(({ name }) => name.toLowerCase() === 'set-cookie').map(({ value }) => ({ url, value })));
  const setting = set.filter(({ value }) => value.includes(session));
  expect(setting.map(({ url }) => new URL(url).pathname), 'it is set once, on the way back').toEqual(['/sign-in/back']);
  expect(setting[0].value).toMatch(new RegExp(`^__Host-teal=${session};`, 'm'));

  expect(requests.length).toBeGreaterThan(5);
  for (const { url, headers, body } of requests) {
    expect(`${url}\n${body}`, 'an address').not.toContain(session);
    expect(`${url}\n${body}`, 'an address').not.toMatch(TOKEN);
    for (const { name, value } of headers) {
      if (name.toLowerCase() === 'cookie' && url.startsWith(`${door}/`)) continue;
      expect(value, `${name} to ${url}`).not.toContain(session);
    }
  }
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
