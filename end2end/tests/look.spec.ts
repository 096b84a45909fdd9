// What axe sees, in light and dark, on a phone and on a wide screen; and the theme that somebody chose.

import type { Page } from '@playwright/test';
import { careful, signIn } from '../door';
import { expect, test } from '../fixtures';
import { OwnTeal } from '../server';
import { Teal, unique } from '../teal';

const SCHEMES = ['light', 'dark'] as const;
const WIDTHS = [390, 1440];

// axe takes seconds for a page where other builds run, and each test looks at four or more.
test.describe.configure({ timeout: 90_000 });
// The browser's own line about pages that answer 404, and about the emulator's, which have no icon.
test.use({ expectedComplaints: [/404|favicon\.ico/] });

/** How light the page's background is: 0 is black, 1 is white. */
const paper = (page: Page) =>
  page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')!;
    // What the body leaves out, the root paints, and what that leaves out, the browser by its scheme.
    for (const part of [document.documentElement, document.body]) {
      canvas.fillStyle = getComputedStyle(part).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    if (alpha < 255) throw new Error('neither body nor root has a background');
    return (red + green + blue) / 765;
  });

type Look = { page: Page; expectAccessible: () => Promise<void> };

/** On a phone in the dark and on a wide screen in the light; or at both widths in both schemes. */
async function everywhere({ page, expectAccessible }: Look, address: string, how: 'all' | 'two' = 'two'): Promise<void> {
  for (const colorScheme of SCHEMES) {
    for (const width of WIDTHS) {
      if (how === 'two' && (colorScheme === 'dark') !== (width === 390)) continue;
      await test.step(`${address} in ${colorScheme} at ${width} px`, async () => {
        // What glows or fades is looked at once it rests.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(address);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        expect(await paper(page), 'how light the paper is').toBeCloseTo(colorScheme === 'dark' ? 0 : 1, 0);
        await expectAccessible();
      });
    }
  }
}

test('the overview is accessible', async ({ page, teal, expectAccessible }) => {
  await teal.stands();
  await everywhere({ page, expectAccessible }, '/p/dev', 'all');
});

test('the overview is accessible while no side is working', async ({ page, teal, world, expectAccessible }) => {
  await teal.stands();
  await world.put('purple');
  await teal.shows('No side is working');
  await everywhere({ page, expectAccessible }, '/p/dev');
  await everywhere({ page, expectAccessible }, '/p/dev/switch?to=blue');
});

test('the switch page is accessible, also when it comes back with a problem', async ({ page, teal, expectAccessible }) => {
  const { standby } = await teal.stands();
  await everywhere({ page, expectAccessible }, `/p/dev/switch?to=${standby}`);
  await everywhere({ page, expectAccessible }, `/p/dev/switch?to=${standby}&problem=moved&reason=again`);
});

test('the page of a side that is live already is accessible', async ({ page, teal, expectAccessible }) => {
  const { live } = await teal.stands();
  await everywhere({ page, expectAccessible }, `/p/dev/switch?to=${live}`);
});

test('the history is accessible', async ({ page, teal, expectAccessible }) => {
  // axe takes its time over fifty rows: all of them once, a few of them everywhere.
  const { standby } = await teal.stands();
  await teal.switchTo(standby, { reason: unique('For the table'), emergency: true });
  await everywhere({ page, expectAccessible }, '/p/dev/history?kind=emergency');
  await everywhere({ page, expectAccessible }, '/p/dev/history?before=6');
  for (const address of ['/p/dev/history', '/p/dev/history?actor=nobody']) {
    await page.goto(address);
    await expectAccessible();
  }
});

test('the records of a switch and of an external change are accessible', async ({ page, teal, world, expectAccessible }) => {
  const { live, standby } = await teal.stands();
  const record = await teal.switchTo(standby, { reason: unique('For the record'), emergency: true });
  await everywhere({ page, expectAccessible }, record);
  await teal.knows(await world.put(live, unique('by hand')));
  const [external] = await teal.exported('?kind=external');
  await everywhere({ page, expectAccessible }, `/p/dev/history/${external.entry}`);
});

test('the page of what is not there is accessible', async ({ page, expectAccessible }) => {
  await everywhere({ page, expectAccessible }, '/p/dev/history/99999999');
  await everywhere({ page, expectAccessible }, '/nowhere');
});

test('the pages of what surrounds a switch are accessible: calendar, maintenance, upgrade, lineage, troubles', async ({ page, teal, expectAccessible }) => {
  await teal.stands();
  for (const address of ['/p/dev/freezes', '/p/dev/maintenance', '/p/dev/maintenance?problem=until&what=Too+late', '/p/dev/upgrade', '/p/dev/lineage']) {
    await everywhere({ page, expectAccessible }, address);
  }
  await page.goto('/p/dev/trouble');
  await page.getByRole('button', { name: 'Look now' }).click();
  await expect(page.getByText(/^Looked /)).toBeVisible();
  await everywhere({ page, expectAccessible }, '/p/dev/trouble');
});

test('a pair that asks for more is accessible: what blocks, two people, the calendar while it is closed', async ({ page, teal, expectAccessible }) => {
  const { standby } = await teal.stands();
  await signIn(page, 'ada', '/p/dev', careful);
  for (const address of [`/p/dev/switch?to=${standby}`, '/p/dev/freezes', '/p/prod/switch?to=blue', '/p/prod/switch?to=green']) {
    await everywhere({ page, expectAccessible }, `${careful}${address}`);
  }
});

test('what follows a switch, what is owed, and the smoke test are accessible', async ({ page, world, expectAccessible }) => {
  test.setTimeout(150_000);
  const own = await OwnTeal.make(() => '[pair.policy]\nstrategy = "pause-standby"\nsmoke = ["guarded_example"]\n\n[polling]\nsurroundings = "15s"');
  try {
    await own.start();
    const teal = new Teal(page, world, own.url);
    const { live, standby } = await teal.stands();
    await world.works(live, ['guarded_example', 'orders']);
    await teal.openSwitch(standby);
    await page.getByRole('button', { name: 'Smoke-test the standby' }).click();
    await everywhere({ page, expectAccessible }, page.url());
    await everywhere({ page, expectAccessible }, `${own.url}/p/dev/switch?to=${standby}`);
    await teal.seesAtWork(live, 2);
    await world.airflow(live).silent(true);
    const record = await teal.switchTo(standby, { reason: unique('For what is owed'), emergency: true });
    await expect(page.getByRole('button', { name: 'Try again now' })).toBeVisible({ timeout: 40_000 });
    await everywhere({ page, expectAccessible }, `${own.url}${record}`);
  } finally {
    await world.works('blue', []);
    await own.end();
  }
});

test('a chosen theme stays, and is there before anything is painted', async ({ page, teal }) => {
  await teal.stands();
  await page.emulateMedia({ colorScheme: 'light' });
  // What the theme was at the moment when the body came into being, so before its first pixel.
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.body) return;
      Object.assign(window, { themeAtFirst: document.documentElement.dataset.theme ?? 'none' });
      observer.disconnect();
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  const themeAtFirst = () => page.evaluate(() => (window as unknown as { themeAtFirst: string }).themeAtFirst);
  await page.goto('/p/dev');
  expect(await themeAtFirst()).toBe('none');
  const light = await paper(page);
  await page.getByRole('button', { name: 'Theme: auto. Change to light' }).click();
  await page.getByRole('button', { name: 'Theme: light. Change to dark' }).click();
  await expect.poll(() => paper(page)).toBeLessThan(0.5);
  const dark = await paper(page);

  await page.goto('/p/dev/history');
  expect(await themeAtFirst()).toBe('dark');
  expect(await paper(page)).toBe(dark);
  await page.getByRole('button', { name: 'Theme: dark. Change to auto' }).click();
  await expect.poll(() => paper(page)).toBe(light);
  await page.goto('/p/dev');
  expect(await themeAtFirst()).toBe('none');
});
