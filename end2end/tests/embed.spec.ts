// The frame in other people's pages: who may show it, and that nothing can be done in it.

import type { Frame, Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { Portal } from '../portal';
import { Provider } from '../provider';
import { OwnTeal } from '../server';
import { other, title, type Standing } from '../teal';

// A page that may not be framed is a line in the console; that it stands there is what these tests are about.
const REFUSED = /frame-ancestors|Refused to (display|frame)|X-Frame-Options|chrome-error|ERR_BLOCKED_BY_RESPONSE/;
test.use({ expectedComplaints: [REFUSED] });

let allowed: Portal;
let denied: Portal;
let teal: OwnTeal;
let closed: OwnTeal;

test.beforeAll(async () => {
  allowed = await Portal.open();
  denied = await Portal.open();
  // By two names, which are two sites: the same one as Teal's own, and another.
  const parents = `[embed]\nparents = ["${allowed.origin()}", "${allowed.origin('localhost')}"]`;
  teal = await OwnTeal.make(() => parents);
  // Nobody can sign in here, and nobody need: whoever comes is not known.
  closed = await OwnTeal.make((url) => `[sign_in]\nkind = "oidc"\npublic_url = "${url}"\nissuer = "${denied.origin()}"\nclient_id = "teal"\n\n${parents}`);
  await teal.start();
  await closed.start();
});

test.afterAll(async () => {
  await Promise.all([teal.end(), closed.end()]);
  allowed.close();
  denied.close();
});

/** The innermost frame, once it has loaded or was refused. */
async function innermost(page: Page): Promise<Frame> {
  await page.waitForLoadState('load');
  return page.frames().at(-1)!;
}

/** What a browser shows instead of a page that it was told not to frame. */
async function isRefused(page: Page, depth = 2): Promise<void> {
  await expect.poll(() => page.frames().length).toBe(depth);
  await expect.poll(() => page.frames().at(-1)!.url()).toMatch(/^chrome-error:/);
}

test.beforeEach(async ({ teal: house }) => {
  await house.stands();
});

async function standing(house: { stands: () => Promise<Standing> }): Promise<Standing> {
  return house.stands();
}

for (const name of ['127.0.0.1', 'localhost'] as const) {
  test(`row 8: a page that may shows the frame, from ${name === 'localhost' ? 'another site' : 'another port'}`, async ({ page, teal: house, javaScriptEnabled }) => {
    const { live } = await standing(house);
    await page.goto(allowed.showing(`${teal.url}/embed/dev`, name));
    const frame = page.frameLocator('iframe');
    await expect(frame.getByRole('heading', { level: 1 })).toHaveText(`${title(live)} is live`);
    await expect(frame.getByText('What happened last')).toBeVisible();
    if (javaScriptEnabled) await expect(frame.locator('.badge-live')).toBeVisible();
    const out = frame.getByRole('link', { name: 'Open Teal' });
    await expect(out).toHaveAttribute('href', '/p/dev');
    const [opened] = await Promise.all([page.context().waitForEvent('page'), out.click()]);
    await expect(opened.getByRole('heading', { level: 1 })).toHaveText(`${title(live)} is live`);
    expect(await opened.evaluate(() => window.opener)).toBeNull();
  });
}

test('row 8: a page that may not shows nothing', async ({ page }) => {
  for (const name of ['127.0.0.1', 'localhost'] as const) {
    await page.goto(denied.showing(`${teal.url}/embed/dev`, name));
    await isRefused(page);
  }
});

test('row 8: all pages around it count, not only the next one', async ({ page }) => {
  await page.goto(denied.showing(allowed.showing(`${teal.url}/embed/dev`)));
  await isRefused(page, 3);
  await page.goto(allowed.showing(denied.showing(`${teal.url}/embed/dev`)));
  await isRefused(page, 3);
  await page.goto(allowed.showing(allowed.showing(`${teal.url}/embed/dev`, 'localhost')));
  const frame = page.frameLocator('iframe').frameLocator('iframe');
  await expect(frame.getByRole('heading', { level: 1 })).toHaveText(/ is live$/);
});

test('row 8: no other page is shown in a frame, and so nothing can be switched in one', async ({ page, teal: house, world }) => {
  const { standby, version } = await standing(house);
  for (const path of [`/p/dev/switch?to=${standby}`, '/p/dev', '/', '/p/dev/history', '/p/dev/topology', '/no-such-page', '/embed/dev/switch', '/embed/dev/topology/x', '/health', '/signed-out', '/api/v1/pairs']) {
    await page.goto(allowed.showing(`${teal.url}${path}`));
    await isRefused(page);
  }
  await page.goto(allowed.showing(`${teal.url}/embed/dev`));
  const frame = await innermost(page);
  await expect(page.frameLocator('iframe').getByRole('heading', { level: 1 })).toHaveText(/ is live$/);
  await expect(page.frameLocator('iframe').locator('form, button, input, nav')).toHaveCount(0);
  expect(frame.url()).toBe(`${teal.url}/embed/dev`);
  expect((await world.flag())?.version).toBe(version);
});

test('the frame follows what happens, without being loaded anew', async ({ page, teal: house, world, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'without script it stands still, and says as of when');
  const { live } = await standing(house);
  await page.goto(allowed.showing(`${teal.url}/embed/dev`));
  const frame = page.frameLocator('iframe');
  await expect(frame.getByRole('heading', { level: 1 })).toHaveText(`${title(live)} is live`);
  await world.put(other(live), 'moved by hand');
  await expect(frame.getByRole('heading', { level: 1 })).toHaveText(`${title(other(live))} is live`, { timeout: 12_000 });
  await world.put(live, 'and back');
  await expect(frame.getByRole('heading', { level: 1 })).toHaveText(`${title(live)} is live`, { timeout: 12_000 });
});

test.describe('the frame of the platform', () => {
  const address = () => `${teal.url}/embed/dev/topology`;

  for (const [width, name] of [
    [320, '127.0.0.1'],
    [480, 'localhost'],
  ] as const) {
    test(`row 8: is a list at ${width} px, in which nothing scrolls sideways and nothing can be done`, async ({ page, teal: house }) => {
      const { live } = await standing(house);
      await page.goto(allowed.showing(address(), name, `${width}x900`));
      const frame = page.frameLocator('iframe');
      await expect(frame.getByRole('heading', { level: 1 })).toHaveText('Platform');
      const list = frame.getByRole('list', { name: 'The parts' });
      await expect(list.getByRole('listitem').filter({ hasText: `${title(live)} environment` })).toContainText(`mwaa-openlineage-${live}-dev`);
      await expect(list.getByRole('listitem').filter({ hasText: 'NAT gateways' })).toContainText('There is one, and nothing in reserve for it.');
      await expect(frame.getByText('Would take both sides down: NAT gateways')).toBeVisible();
      await expect(frame.getByRole('figure', { name: 'The platform as a picture' })).toBeHidden();
      await expect(frame.locator('form, button, input, nav')).toHaveCount(0);
      const inner = await innermost(page);
      expect(await inner.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  }

  test('row 8: is the picture where it is wide, and each part opens a tab', async ({ page, teal: house }) => {
    const { live, standby } = await standing(house);
    await page.setViewportSize({ width: 1280, height: 1100 });
    await page.goto(allowed.showing(address(), '127.0.0.1', '1200x1000'));
    const frame = page.frameLocator('iframe');
    await expect(frame.getByRole('list', { name: 'The parts' })).toBeHidden();
    const picture = frame.getByRole('figure', { name: 'The platform as a picture' });
    await expect(picture.getByRole('link', { name: `${title(standby)} environment, standby:` })).toBeVisible();
    const part = picture.getByRole('link', { name: `${title(live)} environment, live:` });
    await expect(part).toHaveAttribute('target', '_blank');
    const [opened] = await Promise.all([page.context().waitForEvent('page'), part.click()]);
    await expect(opened).toHaveURL(new RegExp(`/p/dev/topology#part-${live}-environment$`));
    await expect(opened.getByRole('heading', { level: 1 })).toHaveText('Topology');
    expect(await opened.evaluate(() => window.opener)).toBeNull();
  });

  test('follows what happens, without being loaded anew', async ({ page, teal: house, world, javaScriptEnabled }) => {
    test.skip(!javaScriptEnabled, 'without script it stands still, and says as of when');
    const { live, standby } = await standing(house);
    await page.setViewportSize({ width: 1280, height: 1100 });
    await page.goto(allowed.showing(address(), '127.0.0.1', '1200x1000'));
    const lit = (color: typeof live) => page.frameLocator('iframe').getByRole('link', { name: `${title(color)} environment, live:` });
    await expect(page.frameLocator('iframe').locator('.badge-live')).toBeVisible();
    await expect(lit(live)).toBeVisible();
    await world.put(standby, 'moved by hand');
    await expect(lit(standby)).toBeVisible({ timeout: 12_000 });
    await world.put(live, 'and back');
    await expect(lit(live)).toBeVisible({ timeout: 12_000 });
  });

  test('row 8: is not shown by a page that may not', async ({ page }) => {
    await page.goto(denied.showing(address()));
    await isRefused(page);
  });

  for (const width of [320, 1200]) {
    test(`is for everybody to read at ${width} px`, async ({ page, expectAccessible }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(address());
      await expectAccessible();
      await page.goto(`${teal.url}/embed/dev/lineage`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Lineage');
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await expectAccessible();
    });
  }
});

test('the frame is for everybody to read', async ({ page, expectAccessible }) => {
  await page.goto(`${teal.url}/embed/dev`);
  await expectAccessible();
});

test.describe('whoever is not signed in', () => {
  test.use({ expectedComplaints: [/401|502|favicon/] });

  test('is told so in the frame, and signs in outside of it', async ({ page, expectAccessible }) => {
    await page.goto(allowed.showing(`${closed.url}/embed/dev`));
    const frame = page.frameLocator('iframe');
    await expect(frame.getByRole('heading', { name: 'Sign in to Teal' })).toBeVisible();
    const way = frame.getByRole('link', { name: 'Sign in in a new tab' });
    await expect(way).toHaveAttribute('target', '_blank');
    await expect(way).toHaveAttribute('href', '/sign-in?next=%2Fp%2Fdev');
    await frame.getByRole('link', { name: 'Look again' }).click();
    await expect(frame.getByRole('heading', { name: 'Sign in to Teal' })).toBeVisible();
    await page.goto(`${closed.url}/embed/dev`);
    await expectAccessible();
    await page.goto(allowed.showing(`${closed.url}/embed/dev/topology`));
    await expect(way).toHaveAttribute('href', '/sign-in?next=%2Fp%2Fdev%2Ftopology');
  });
});

test.describe('row 2: on a page of another site', () => {
  // Nobody is known at first, which is a line in the console.
  // In one expression: of a list of two Playwright takes the second for settings.
  test.use({ expectedComplaints: [new RegExp(`401|favicon|${REFUSED.source}`)] });

  for (const crossSite of [true, false]) {
    test(crossSite ? 'people sign in inside the frame where config says so' : 'cookies stay away from the frame otherwise', async ({ page }) => {
      const provider = await Provider.open();
      const behind = await OwnTeal.make(
        (url) => `[sign_in]\nkind = "oidc"\npublic_url = "${url.replace('127.0.0.1', 'localhost')}"\nissuer = "${provider.issuer}"\nclient_id = "teal"\n
[[sign_in.role]]\ngroup = "watchers"\nrole = "viewer"\n
[embed]\nparents = ["${allowed.origin()}"]\ncross_site = ${crossSite}`,
      );
      await behind.start();
      const url = behind.url.replace('127.0.0.1', 'localhost');
      try {
        // Signed in in a tab, which the frame does not see: browsers keep the two apart.
        await page.goto(`${url}/p/dev`);
        await expect(page.locator('summary', { hasText: 'vera' })).toBeVisible();
        await page.goto(allowed.showing(`${url}/embed/dev`));
        const frame = page.frameLocator('iframe');
        await expect(frame.getByRole('heading', { name: 'Sign in to Teal' })).toBeVisible();
        const inside = frame.getByRole('link', { name: 'sign in inside this frame' });
        if (!crossSite) {
          await expect(inside).toHaveCount(0);
          return;
        }
        await inside.click();
        await expect(frame.getByRole('heading', { level: 1 })).toHaveText(/ is live$/);
        await page.reload();
        await expect(frame.getByRole('heading', { level: 1 })).toHaveText(/ is live$/);
        const held = (await page.context().cookies(url)).filter(({ name }) => name === '__Host-teal');
        const jars = held.map(({ partitionKey }) => partitionKey).sort();
        expect(jars, 'the one of the tab and the one of the frame').toEqual(['http://127.0.0.1', 'http://localhost']);
        for (const cookie of held) expect(cookie).toMatchObject({ sameSite: 'None', secure: true, httpOnly: true });
        // In a frame of yet another site there is no session either.
        await page.goto(denied.showing(`${url}/p/dev`));
        await isRefused(page);
      } finally {
        await behind.end();
        provider.close();
      }
    });
  }
});
