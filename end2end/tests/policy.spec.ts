// What somebody smuggled into a page: that it does not run, and that the browser reports it.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { Portal } from '../portal';

// What is refused is what these tests are about.
test.use({ expectedComplaints: [/content security policy|Content Security Policy|Content-Security-Policy/] });
test.skip(({ javaScriptEnabled }) => !javaScriptEnabled, 'without script nothing would run anyway');

const runs = (what: string): string => `window.ran = [...(window.ran ?? []), '${what}'];`;
const EVIL = runs('script of another origin');

let portal: Portal;

test.beforeAll(async () => {
  portal = await Portal.open();
  portal.holds('/evil.js', EVIL, 'javascript');
});

test.afterAll(() => portal.close());

/** Scripts in every way that markup has to bring one. */
const smuggled = (): string => `
<script>${runs('inline script')}</script>
<script nonce="AAAAAAAAAAAAAAAAAAAAAA==">${runs('script with a guessed nonce')}</script>
<script type="module">${runs('inline module')}</script>
<script src="${portal.origin('localhost')}/evil.js"></script>
<img alt="" src="data:image/png;base64,AAAA" onerror="${runs('event handler')}">
<svg onload="${runs('event handler of a picture')}"></svg>
<iframe title="inner" srcdoc="<script>parent.ran = [...(parent.ran ?? []), 'frame']</script>"></iframe>
<object data="${portal.origin('localhost')}/evil"></object>
<base href="${portal.origin('localhost')}/">`;

const ran = (page: Page): Promise<string[]> => page.evaluate(() => (window as unknown as { ran?: string[] }).ran ?? []);

/** Opens a page to which somebody on the way added markup. */
async function openWith(page: Page, path: string, markup: string, change: (headers: Record<string, string>) => void = () => {}): Promise<void> {
  await page.route(`**${path}`, async (route) => {
    const answer = await route.fetch();
    const headers = answer.headers();
    change(headers);
    const html = await answer.text();
    expect(html, 'it is a page').toContain('</main>');
    await route.fulfill({ response: answer, headers, body: html.replace('</main>', `${markup}</main>`) });
  });
  await page.goto(path);
  await page.waitForLoadState('load');
}

for (const path of ['/p/dev', '/p/dev/history', '/p/dev/switch', '/embed/dev']) {
  test(`row 6: no script that was smuggled into ${path} runs, and each is reported`, async ({ page, complaints }) => {
    portal.asked.length = 0;
    await openWith(page, path, smuggled());
    const reported = (what: RegExp) => complaints.filter((text) => what.test(text)).length;
    await expect.poll(() => reported(/script-src-elem refused inline/), 'the inline ones').toBeGreaterThanOrEqual(3);
    await expect.poll(() => reported(/script-src-elem refused http:\/\/localhost:\d+\/evil\.js/), 'the one of another origin').toBe(1);
    await expect.poll(() => reported(/script-src-attr refused inline/), 'the event handlers').toBeGreaterThanOrEqual(2);
    expect(reported(/base-uri refused/), 'the other base').toBe(1);
    expect(await ran(page)).toEqual([]);
    expect(portal.asked, 'nothing was even asked for').toEqual([]);
  });
}

test('row 6: what is put into a page that stands does not run either', async ({ page, complaints }) => {
  await page.goto('/p/dev');
  portal.asked.length = 0;
  await page.evaluate((markup) => {
    const place = document.createElement('div');
    place.innerHTML = markup;
    document.querySelector('main')!.append(place);
    const button = document.createElement('button');
    button.setAttribute('onclick', "window.ran = ['click']");
    place.append(button);
    button.click();
    const link = document.createElement('a');
    link.href = "javascript:window.ran = ['address']";
    place.append(link);
    link.click();
  }, smuggled());
  await expect.poll(() => complaints.filter((text) => /script-src-attr refused inline/.test(text)).length).toBeGreaterThanOrEqual(3);
  await expect.poll(() => complaints.filter((text) => /script-src(-elem)? refused inline/.test(text)).length, 'the address').toBeGreaterThanOrEqual(1);
  expect(await ran(page)).toEqual([]);
  expect(portal.asked).toEqual([]);
});

test.describe('row 6: without the policy', () => {
  // A page that does not come from where it says may not ask this machine's other ports for pictures and objects.
  test.use({ expectedComplaints: [/loopback|ERR_FAILED/] });

  test('all of it would run', async ({ page }) => {
    await page.route('**/evil.js', (route) => route.fulfill({ contentType: 'text/javascript', body: EVIL }));
    // The other base would lead our own scripts astray.
    const markup = smuggled().replace(/<base[^>]*>/, '');
    await openWith(page, '/p/dev', markup, (headers) => delete headers['content-security-policy']);
    const all = ['inline script', 'script with a guessed nonce', 'inline module', 'script of another origin', 'event handler', 'event handler of a picture', 'frame'];
    await expect.poll(async () => (await ran(page)).sort()).toEqual(all.sort());
  });
});
