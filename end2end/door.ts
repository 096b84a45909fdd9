// The Teal behind the emulated Cognito: how people come in, and how their sessions grow old without waiting.

import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';

/** Where it is. */
export const door = process.env.TEAL_DOOR ?? '';

/**
 * Another one behind the same Cognito, whose pairs ask for more: `dev` is frozen today, and `prod` wants two people and
 * a change.
 */
export const careful = process.env.TEAL_CAREFUL ?? '';

const PASSWORD = 'Teal-demo-1';

/** Opens a page of it and signs in on the way there. */
export async function signIn(page: Page, name: string, path = '/p/dev', at = door): Promise<void> {
  await page.goto(`${at}${path}`);
  await atTheProvider(page, name, at);
}

/** Signs in at the provider's own page, and is led back. */
export async function atTheProvider(page: Page, name: string, at = door): Promise<void> {
  await page.locator('input[name=username]').fill(name);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('button[type=submit], input[type=submit]').first().click();
  await page.waitForURL((url) => url.origin === at && !url.pathname.startsWith('/sign-in'));
}

/** The newest session of somebody was used, or begun, so many seconds ago. */
export function age(name: string, what: 'seen_at' | 'created_at', seconds: number): void {
  const store = process.env.TEAL_DOOR_STORE;
  if (!store) throw new Error('TEAL_DOOR_STORE is not set: run these tests with `make test`');
  const change = `
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], timeout=10)
with store:
    newest = "SELECT handle FROM session WHERE name = ? ORDER BY created_at DESC, seen_at DESC LIMIT 1"
    changed = store.execute(f"UPDATE session SET {sys.argv[3]} = ? WHERE handle = ({newest})", (int(sys.argv[4]), sys.argv[2]))
    assert changed.rowcount == 1, changed.rowcount
`;
  execFileSync('python3', ['-c', change, store, name, what, String(Date.now() - seconds * 1000)]);
}
