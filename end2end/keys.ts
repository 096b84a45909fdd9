// Hands off the mouse: what has the focus, and how one gets there.

import { expect, type Page } from '@playwright/test';

/** What has the focus: its name, and whether one can see that it has it. */
export const focused = (page: Page) =>
  page.evaluate(() => {
    const here = document.activeElement as HTMLElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(here);
    const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    const box = here.getBoundingClientRect();
    const text = (here.getAttribute('aria-label') ?? here.textContent ?? '').replace(/\s+/g, ' ').trim();
    return {
      // A box to tick has neither id nor text.
      name: here.id || text || here.getAttribute('name') || '',
      body: here === document.body,
      visible: (ring || boxShadow !== 'none') && box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0,
    };
  });

/** Presses Tab until something has the focus; every stop on the way must be visible. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const stops: string[] = [];
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press('Tab');
    const here = await focused(page);
    if (here.body) continue;
    expect(here.visible, `the focus on “${here.name}” can be seen`).toBe(true);
    if (name.test(here.name)) return;
    stops.push(here.name);
  }
  throw new Error(`Tab never came to ${name}: ${stops.join(' · ')}`);
}
