// What the answers say about themselves: policy, caching, framing.

import { expect, test } from '../fixtures';

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
