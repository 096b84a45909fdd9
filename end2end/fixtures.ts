// What every browser test starts from: a page that may not complain, a look at accessibility, and the emulated AWS.

import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { Teal } from './teal';
import { World } from './world';

type Fixtures = {
  /**
   * Complaints that a test asks for, such as the browser's own line about a page that answers 404.
   * Set with `test.use({ expectedComplaints: [/404/] })`; any other complaint fails the test.
   */
  expectedComplaints: RegExp[];
  /** What the page complained about so far. */
  complaints: string[];
  /** Fails on any accessibility violation of the page as it stands. Needs script, so skips itself without. */
  expectAccessible: () => Promise<void>;
  /** The emulated AWS: for playing somebody who moves the flag behind Teal's back. */
  world: World;
  /** What people do with the pages. */
  teal: Teal;
};

// Chromium's own report that it left out an animation between two pages: nothing that a person could notice.
const NO_COMPLAINT = /^uncaught: InvalidStateError: Transition was aborted because of invalid state/;

export const test = base.extend<Fixtures>({
  expectedComplaints: [[], { option: true }],

  complaints: [
    async ({ context, expectedComplaints }, use) => {
      const complaints: string[] = [];
      const watch = (page: Page) => {
        page.on('console', (message) => {
          if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`);
        });
        page.on('pageerror', ({ name, message, stack }) => {
          // Not all that is thrown has a stack.
          const text = `uncaught: ${name}: ${message} ${stack ?? ''}`;
          if (!NO_COMPLAINT.test(text)) complaints.push(text);
        });
      };
      context.on('page', watch);
      // A violation of the content security policy is an event, and not always a line in the console.
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          console.error(`content security policy: ${event.violatedDirective} refused ${event.blockedURI} ${event.sample}`);
        });
      });

      await use(complaints);

      const unexpected = complaints.filter((text) => !expectedComplaints.some((pattern) => pattern.test(text)));
      expect(unexpected, 'the page complained').toEqual([]);
    },
    { auto: true },
  ],

  expectAccessible: async ({ page, javaScriptEnabled }, use) => {
    await use(async () => {
      if (!javaScriptEnabled) return;
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze();
      const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} at ${target.join(' ')}`));
      expect(found, 'accessibility violations').toEqual([]);
    });
  },

  world: async ({}, use) => {
    await use(World.fromEnvironment());
  },

  teal: async ({ page, world }, use) => {
    await use(new Teal(page, world));
  },
});

export { expect };
