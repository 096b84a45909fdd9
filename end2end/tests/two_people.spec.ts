// Two people switch: one asks and confirms, another approves. Nobody approves their own.

import type { Browser, Page } from '@playwright/test';
import { careful, signIn } from '../door';
import { expect, test } from '../fixtures';
import { RECORD, other, title, unique } from '../teal';
import type { Color, World } from '../world';

// The emulator's own pages have no icon.
test.use({ expectedComplaints: [/favicon\.ico/] });

const card = (page: Page) => page.getByRole('region', { name: 'Approval' });
const headline = (page: Page) => page.getByRole('heading', { level: 1 });

const FLAG = '/mwaa/blue-green/prod/active-environment';

/**
 * Somebody signs in and goes to the switch page of the pair for two. Answers with the side that is not live. What was
 * switched before is not watched any longer: to take it back, nobody need be asked.
 */
async function open(page: Page, world: World, name: string): Promise<Color> {
  const target = (await world.flag(FLAG))!.value as Color;
  await world.put(other(target), undefined, FLAG);
  await signIn(page, name, '/p/prod', careful);
  await expect(async () => {
    await page.goto(`${careful}/p/prod/switch?to=${target}`);
    await expect(headline(page)).toHaveText(`Switch to ${title(target)}`, { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  return target;
}

async function ask(page: Page, reason: string): Promise<void> {
  await card(page).getByLabel('Why').fill(reason);
  await card(page).getByLabel('Change').fill('CHG0004711');
  await card(page).getByRole('button', { name: 'Ask for approval' }).click();
  await expect(card(page)).toContainText('waits for an approver');
}

/** Somebody else, in a browser of their own. */
async function as(browser: Browser, javaScriptEnabled: boolean, name: string, then: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled });
  try {
    const page = await context.newPage();
    await signIn(page, name, '/p/prod', careful);
    await then(page);
  } finally {
    await context.close();
  }
}

test('one asks, another approves, and the first one switches, with the change that it belongs to', async ({ page, world, browser, javaScriptEnabled }) => {
  const target = await open(page, world, 'olga');
  const reason = unique('The November release');
  await expect(page.getByText('Blocked by: approval.')).toBeVisible();
  await ask(page, reason);
  await expect(card(page).getByRole('button', { name: 'Approve' }), 'her own').toBeDisabled();
  await expect(page.getByText('Blocked by: approval.')).toBeVisible();

  await as(browser, javaScriptEnabled, 'anton', async (theirs) => {
    const bar = theirs.getByRole('status').filter({ hasText: 'olga asks to switch to' });
    await bar.getByRole('link', { name: 'Look at it' }).click();
    await expect(card(theirs)).toContainText(reason);
    await expect(card(theirs), 'the change is part of what is approved').toContainText('Change: CHG0004711');
    await card(theirs).getByLabel('Comment').fill('Seen the release notes');
    await card(theirs).getByRole('button', { name: 'Approve' }).click();
    await expect(card(theirs)).toContainText('approved by anton');
    await expect(theirs.locator('input[name=confirmation]'), 'he may not switch').toHaveCount(0);
  });

  await page.goto(`${careful}/p/prod/switch?to=${target}`);
  await expect(card(page)).toContainText('anton approved it');
  await expect(card(page)).toContainText('“Seen the release notes”');
  const form = page.locator('form#confirm');
  await expect(form.getByLabel('Why'), 'what was approved is filled in').toHaveValue(reason);
  await expect(form.getByLabel('Change'), 'and the change').toHaveValue('CHG0004711');
  const confirm = async (change: string) => {
    await form.getByLabel(`Type ${target} to confirm`).fill(target);
    await form.getByLabel('Change').fill(change);
    await form.getByRole('button', { name: `Switch to ${title(target)}` }).click();
  };
  await confirm('JIRA-1');
  const alert = page.getByRole('alert').filter({ hasText: 'Nothing was switched' });
  await expect(alert).toContainText('CHG[0-9]{7}');
  await confirm('CHG0004711');
  await page.waitForURL(RECORD_OF_PROD);
  await expect(page.getByRole('region', { name: 'verified' })).toBeVisible();
  const facts = page.getByRole('region', { name: 'Facts' });
  await expect(facts).toContainText('by anton');
  await expect(facts).toContainText('ChangeCHG0004711');

  await page.goto(`${careful}/p/prod/history`);
  const rows = page.getByRole('table').locator('tbody').getByRole('row');
  await expect(rows.filter({ hasText: reason }).first()).toContainText('CHG0004711');
});

const RECORD_OF_PROD = new RegExp(RECORD.source.replace('dev', 'prod'));

test('what is declined is told with the comment, and nothing is switched on it', async ({ page, world, browser, javaScriptEnabled }) => {
  const target = await open(page, world, 'olga');
  await ask(page, unique('In the middle of the day'));
  await as(browser, javaScriptEnabled, 'anton', async (theirs) => {
    await theirs.goto(`${careful}/p/prod/switch?to=${target}`);
    await card(theirs).getByLabel('Comment').fill('Not before six');
    await card(theirs).getByRole('button', { name: 'Decline' }).click();
    await expect(card(theirs).first()).toContainText('Not before six');
  });
  await page.goto(`${careful}/p/prod/switch?to=${target}`);
  await expect(card(page)).toContainText('anton declined what olga asked for: “Not before six”.');
  await expect(page.getByText('Blocked by: approval.')).toBeVisible();
});

test('not even an admin approves what they asked for themselves, and whoever asked takes it back', async ({ page, world }) => {
  await open(page, world, 'ada');
  await ask(page, unique('I am everything here'));
  await expect(card(page)).toContainText('You asked for this yourself: somebody else approves it.');
  await expect(card(page).getByRole('button', { name: 'Approve' })).toBeDisabled();
  await card(page).getByRole('button', { name: 'Take the request back' }).click();
  await expect(card(page).getByRole('button', { name: 'Ask for approval' })).toBeEnabled();
});
