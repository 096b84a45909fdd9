// What the answers say about themselves: policy, caching, framing, windows; and that the browser goes by it.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { Portal } from '../portal';

const PAGES = ['/p/dev', '/p/dev/switch', '/p/dev/history', '/p/dev/no-such-page'];

test('every page has a content security policy with a nonce of its own', async ({ request }) => {
  const nonces = new Set<string>();
  for (const address of [...PAGES, ...PAGES]) {
    const answer = await request.get(address);
    const policy = answer.headers()['content-security-policy'];
    expect(policy, address).toContain("default-src 'none'");
    expect(policy, address).toContain("frame-ancestors 'none'");
    expect(policy, address).not.toContain('unsafe-inline');
    expect(policy, address).not.toContain("'unsafe-eval'");
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(nonce.length, address).toBeGreaterThanOrEqual(16);
    nonces.add(nonce);
    const scripts = [...(await answer.text()).matchAll(/<script\b([^>]*)>/g)];
    expect(scripts.length, address).toBeGreaterThan(0);
    for (const [, attributes] of scripts) expect(attributes, address).toContain(`nonce="${nonce}"`);
  }
  expect(nonces.size).toBe(2 * PAGES.length);
});

test('pages are never kept, built files for ever under names that change with their content', async ({ request }) => {
  const page = await request.get('/p/dev');
  expect(page.headers()['cache-control']).toBe('no-store');
  const files = new Set([...(await page.text()).matchAll(/(?:href|src)="(\/pkg\/[^"]+)"/g)].map(([, address]) => address));
  expect([...files].map((address) => address.replace(/^.*\./, '')).sort()).toEqual(['css', 'js', 'wasm']);
  for (const address of files) {
    expect(address).toMatch(/-[0-9a-f]{16}/);
    const answer = await request.get(address);
    expect(answer.status(), address).toBe(200);
    expect(answer.headers()['cache-control'], address).toBe('public, max-age=31536000, immutable');
  }
});

test('a built file that is not there is not remembered', async ({ request }) => {
  const answer = await request.get('/pkg/teal-0000000000000000.js');
  expect(answer.status()).toBe(404);
  expect(answer.headers()['cache-control']).toBe('no-store');
});

test('no answer may be framed, sniffed or read by another site', async ({ request }) => {
  for (const address of [...PAGES, '/health', '/favicon.svg', '/p/dev/history.csv']) {
    const headers = (await request.get(address)).headers();
    expect(headers, address).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  }
});

test.describe('row 9', () => {
  // That a page is not there is a line in the console.
  test.use({ expectedComplaints: [/404/] });

  /** What a page that another one opens has of it. */
  async function opened(page: Page, portal: Portal, name: '127.0.0.1' | 'localhost', address: string): Promise<{ url: string; opener: boolean; isolated: boolean }> {
    portal.holds('/opener', `<a href="${address}" target="_blank" rel="opener">Open it</a>`);
    await page.goto(`${portal.origin(name)}/opener`);
    const [other] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link').click()]);
    await other.waitForLoadState();
    const found = await other.evaluate(() => ({ url: location.href, opener: window.opener !== null, isolated: window.crossOriginIsolated }));
    await other.close();
    return found;
  }

  for (const name of ['127.0.0.1', 'localhost'] as const) {
    test(`no page of ours has a window of ${name === 'localhost' ? 'another site' : 'another port'} that opened it, or is had by it`, async ({ page, baseURL }) => {
      const portal = await Portal.open();
      try {
        for (const path of [...PAGES, '/p/dev/history/1', '/sessions', '/denials', '/signed-out', '/embed/dev', '/health', '/api/v1/pairs']) {
          const url = `${baseURL}${path}`;
          expect(await opened(page, portal, name, url), path).toEqual({ url, opener: false, isolated: false });
        }
        // It is our header that does it: a page without has its opener.
        portal.holds('/without', '<h1>Without</h1>');
        const without = `${portal.origin(name === 'localhost' ? '127.0.0.1' : 'localhost')}/without`;
        expect(await opened(page, portal, name, without)).toEqual({ url: without, opener: true, isolated: false });
      } finally {
        portal.close();
      }
    });
  }

  test('whoever opens a page of ours sees a window that is closed', async ({ page, baseURL, javaScriptEnabled }) => {
    test.skip(!javaScriptEnabled, 'it takes a script to hold a window');
    const portal = await Portal.open();
    try {
      await page.goto(portal.origin('localhost'));
      for (const path of PAGES) {
        const [other] = await Promise.all([page.context().waitForEvent('page'), page.evaluate((url) => void Object.assign(window, { held: window.open(url) }), `${baseURL}${path}`)]);
        // It begins as an empty page of the opener's, and is taken out of its hands when ours has come.
        await other.waitForURL(`${baseURL}${path}`);
        await expect.poll(() => page.evaluate(() => (window as unknown as { held: Window }).held.closed), path).toBe(true);
        await other.close();
      }
    } finally {
      portal.close();
    }
  });
});
