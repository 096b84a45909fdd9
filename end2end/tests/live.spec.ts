// An open page follows what happens, says so when it cannot, and never moves backwards. Needs script.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { OwnTeal } from '../server';
import { Teal, title, unique } from '../teal';

const headline = (page: Page) => page.getByRole('heading', { level: 1 });
const badge = (page: Page) => page.getByRole('banner').getByRole('status');

/** Opens a page and waits until its stream runs. */
async function follow(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(badge(page)).toHaveText('live');
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
}

const sameDocument = (page: Page) => page.evaluate(() => 'sameDocument' in window);

test('a switch made in one page shows in every other open page at once, without loading it anew', async ({ page, context, teal, world }) => {
  const { standby } = await teal.stands();
  const watcher = await context.newPage();
  await follow(watcher, '/p/dev');
  const reason = unique('Seen from afar');
  await new Teal(page, world).switchTo(standby, { reason });
  await expect(headline(watcher)).toHaveText(`${title(standby)} is live`, { timeout: 1_000 });
  await expect(watcher.getByRole('region', { name: 'What happened last' }).getByRole('listitem').first()).toContainText(reason, { timeout: 1_000 });
  expect(await sameDocument(watcher)).toBe(true);
});

test('a change made past Teal shows within one poll, without loading the page anew', async ({ page, teal, world }) => {
  const { standby } = await teal.stands();
  await follow(page, '/p/dev');
  const described = unique('by hand');
  await world.put(standby, described);
  await expect(headline(page)).toHaveText(`${title(standby)} is live`, { timeout: 5_000 });
  const last = page.getByRole('region', { name: 'What happened last' }).getByRole('listitem').first();
  await expect(last).toContainText(described);
  await expect(last).toContainText('unexplained');
  expect(await sameDocument(page)).toBe(true);
});

test('an open confirmation whose flag moves turns its button off and offers a new look that keeps the reason', async ({ page, teal, world }) => {
  const { live, standby } = await teal.stands();
  await follow(page, `/p/dev/switch?to=${standby}`);
  const reason = unique('Half typed');
  await teal.fill(standby, { reason });
  await expect(teal.submit(standby)).toBeEnabled();
  const version = await world.put(live);
  const alert = page.getByRole('alert').filter({ hasText: 'The flag moved while this page was open' });
  await expect(alert).toContainText(`${title(live)} at version ${version}`, { timeout: 5_000 });
  await expect(teal.submit(standby)).toBeDisabled();
  await alert.getByRole('link', { name: 'Look again' }).click();
  await expect(page.getByLabel('Why')).toHaveValue(reason);
  await expect(page.getByRole('region', { name: 'What will happen' })).toContainText(`version ${version}`);
});

test('every page has one stream, whatever the number of its islands', async ({ page, teal }) => {
  const { standby } = await teal.stands();
  const [{ entry }] = await teal.exported();
  const streams: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'eventsource' || request.url().endsWith('/live')) streams.push(new URL(request.url()).pathname);
  });
  for (const address of ['/p/dev', `/p/dev/switch?to=${standby}`, '/p/dev/history', `/p/dev/history/${entry}`]) {
    streams.length = 0;
    await follow(page, address);
    await expect(page.getByRole('banner').getByText(/^read (just now|\d+ s ago)$/)).toBeVisible();
    expect(streams, address).toEqual(['/p/dev/live']);
  }
});

test('a page never moves backwards, however late an older snapshot comes', async ({ page, teal, world }) => {
  const { live } = await teal.stands();
  await page.goto('/p/dev');
  const first = await firstSnapshot(new URL('/p/dev/live', page.url()).href);
  // This page follows the true stream: it may not take an answer that is meant for the next one.
  await page.goto('about:blank');
  // Snapshots as one process numbers them; the version of the flag tells them apart on the page.
  const event = (ahead: number, version: number) => {
    const text = structuredClone(first);
    text.id.seq += ahead;
    text.at += ahead;
    text.pair.flag.value[0].present.version = version;
    return `id: ${text.id.epoch}-${text.id.seq}\nevent: snapshot\ndata: ${JSON.stringify(text)}\n\n`;
  };
  const body = `retry: 600000\n\n${event(1_000, 7_001)}${event(999, 7_000)}${event(1_001, 7_002)}`;
  await page.route('**/p/dev/live', (route) => route.fulfill({ contentType: 'text/event-stream', body }));
  // What the page looks like then is asked of the server: the second time an instance that is
  // behind answers.
  const answers = [[1_000, 7_001], [999, 7_000], [1_001, 7_002]] as const;
  let asked = 0;
  await page.route('**/p/dev', async (route) => {
    if (route.request().resourceType() !== 'fetch') {
      asked = 0;
      return route.continue();
    }
    const [ahead, version] = answers[Math.min(asked++, answers.length - 1)]!;
    const html = await (await route.fetch()).text();
    const drawn = html
      .replace(/data-snapshot="[^"]*"/, `data-snapshot="${first.id.epoch}-${first.id.seq + ahead}"`)
      .replace(/version (<!>)?\d+/, `version ${version}`);
    await route.fulfill({ contentType: 'text/html; charset=utf-8', body: drawn });
  });
  await page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    const look = () => (document.body?.textContent?.match(/version 700\d/g) ?? []).forEach((text) => seen.add(text));
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
    const add = EventSource.prototype.addEventListener;
    // Each event in a task of its own, with what it changed on the page looked at before the next.
    EventSource.prototype.addEventListener = function (this: EventSource, type: string, listener: any) {
      const order = ((window as any).order ??= { next: 0 });
      add.call(this, type, (event) => void setTimeout(() => listener(event), 50 * (order.next += 1)));
    };
  });
  await page.goto('/p/dev');
  await expect(headline(page)).toHaveText(`${title(live)} is live`);
  await expect(page.getByText('version 7002').first()).toBeVisible();
  const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
  expect(seen).toEqual(['version 7001', 'version 7002']);
  expect((await world.flag())?.value).toBe(live);
});

test.describe('when the server goes away', () => {
  // What had changed as it went away is asked for until it answers; it may go in the middle of an answer.
  test.use({ expectedComplaints: [/\/p\/dev\/live|ERR_CONNECTION_(REFUSED|RESET).*\/p\/dev\)/] });

  test('the page says since when its data is old, counts on, and recovers by itself', async ({ page, teal }) => {
    test.setTimeout(60_000);
    await teal.stands();
    const own = await OwnTeal.make();
    try {
      await own.start();
      await follow(page, `${own.url}/p/dev`);
      await own.kill();
      await expect(badge(page)).toHaveText('connection lost', { timeout: 10_000 });
      const age = page.getByRole('banner').getByText(/^data from (\d+) s ago$/);
      await expect(age).toBeVisible();
      const seconds = async () => Number(/\d+/.exec((await age.textContent()) ?? '')?.[0]);
      const before = await seconds();
      await expect.poll(seconds, { timeout: 5_000 }).toBeGreaterThan(before);
      await own.start();
      await expect(badge(page)).toHaveText('live', { timeout: 15_000 });
      expect(await sameDocument(page)).toBe(true);
    } finally {
      await own.end();
    }
  });
});

type Snapshot = {
  id: { epoch: number; seq: number };
  at: number;
  pair: { flag: { value: [{ present: { version: number } }, number] } };
};

/** The first snapshot of a stream, which is then closed. */
async function firstSnapshot(url: string): Promise<Snapshot> {
  const stop = new AbortController();
  const answer = await fetch(url, { signal: stop.signal });
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const data = /event: snapshot[\s\S]*?\ndata: (.*)\n/.exec(text);
    if (data) {
      stop.abort();
      return JSON.parse(data[1]) as Snapshot;
    }
  }
  throw new Error(`no snapshot came from ${url}`);
}
