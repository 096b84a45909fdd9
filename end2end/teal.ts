// What people do with Teal's pages, in their words. Nothing here asserts what a test is about.

import { expect, type Locator, type Page } from '@playwright/test';
import { parseCsv, type Row } from './csv';
import type { Color, World } from './world';

export type Standing = { live: Color; standby: Color; version: number };

export type Filled = { typed?: string; reason: string; emergency?: boolean };

export const other = (color: Color): Color => (color === 'blue' ? 'green' : 'blue');

/** As the pages write it. */
export const title = (color: Color): string => (color === 'blue' ? 'Blue' : 'Green');

export const RECORD = /\/p\/dev\/history\/(\d+)$/;

/** A reason that no other test or run has given, so that it finds its record. */
export const unique = (reason: string): string => `${reason} ${crypto.randomUUID().slice(0, 8)}`;

export class Teal {
  /** `at` is where it is, if not at the first server. */
  constructor(
    readonly page: Page,
    private readonly world: World,
    private readonly at = '',
  ) {}

  /** Sees to it that a side is live and that Teal knows; whatever an earlier test left behind. */
  async stands(): Promise<Standing> {
    const before = await this.world.flag();
    if (before?.value !== 'blue' && before?.value !== 'green') await this.world.put('blue');
    const flag = (await this.world.flag())!;
    const live = flag.value as Color;
    await this.knows(flag.version);
    await this.shows(`${title(live)} is live`);
    return { live, standby: other(live), version: flag.version };
  }

  /** Waits until a version is in Teal's history. A poll takes two seconds. */
  async knows(version: number): Promise<void> {
    const newest = async () => (await this.exported()).find((row) => row.version)?.version;
    await expect.poll(newest, { message: `version ${version} is in the history`, timeout: 12_000 }).toBe(String(version));
  }

  /** Waits until the overview, loaded anew, says something in its headline. */
  async shows(headline: string): Promise<void> {
    const page = async () => (await this.page.request.get(`${this.at}/p/dev`)).text();
    const said = async () => plain(/<h1[^>]*>(.*?)<\/h1>/s.exec(await page())?.[1] ?? '');
    await expect.poll(said, { message: 'the headline of the overview', timeout: 15_000 }).toBe(headline);
  }

  /** The history as its CSV has it, newest first. */
  async exported(query = ''): Promise<Row[]> {
    const answer = await this.page.request.get(`${this.at}/p/dev/history.csv${query}`);
    expect(answer.status()).toBe(200);
    return parseCsv(await answer.text());
  }

  /** Waits until Teal has seen how many DAGs of the live side a switch would pause: with that side out of reach it could not. */
  async seesAtWork(live: Color, dags: number): Promise<void> {
    await expect(async () => {
      await this.openSwitch(other(live));
      const paused = `Paused on ${title(live)}, each as it has finished${dags} DAG${dags === 1 ? '' : 's'}`;
      await expect(this.page.getByRole('region', { name: 'DAGs', exact: true })).toContainText(paused, { timeout: 300 });
    }).toPass({ timeout: 40_000 });
  }

  async openSwitch(target: Color): Promise<void> {
    await this.page.goto(`${this.at}/p/dev/switch?to=${target}`);
  }

  async fill(target: Color, { typed = target, reason, emergency = false }: Filled): Promise<void> {
    await this.page.getByLabel(`Type ${target} to confirm`).fill(typed);
    await this.page.getByLabel('Why').fill(reason);
    if (emergency) await this.page.getByRole('checkbox', { name: /Emergency/ }).check();
  }

  /** The button that switches. */
  submit(target: Color): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^(Switch|Set the flag) to ${title(target)}`) });
  }

  /** Sends the form even where the page's script has turned its button off: the server has the last word. */
  async submitAnyway(): Promise<void> {
    await this.page.locator('form#confirm').evaluate((form: HTMLFormElement) => form.requestSubmit());
  }

  /** Switches as one does, and answers with the address of the record. */
  async switchTo(target: Color, filled: Filled): Promise<string> {
    await this.openSwitch(target);
    await this.fill(target, filled);
    await this.submit(target).click();
    await this.page.waitForURL(RECORD);
    return new URL(this.page.url()).pathname;
  }

  /** The fields of the form as they would be posted. */
  async form(target: Color, filled: Filled): Promise<Record<string, string>> {
    const confirmation = await this.page.locator('input[name=confirmation]').inputValue();
    const { typed = target, reason, emergency } = filled;
    return { pair: 'dev', to: target, confirmation, typed, reason, ...(emergency ? { emergency: 'true' } : {}) };
  }

  /** Posts the form as a browser without script does. Answers the status and where it leads. */
  async post(form: Record<string, string>, headers: Record<string, string> = {}): Promise<{ status: number; to: string }> {
    const answer = await this.page.request.post(`${this.at}/api/fn/switch`, { form, headers: { accept: 'text/html', origin: new URL(this.page.url()).origin, ...headers }, maxRedirects: 0 });
    return { status: answer.status(), to: answer.headers()['location'] ?? '' };
  }

  /** Whom the page calls the reader. */
  async me(): Promise<string> {
    const said = await this.page.locator('.signed-in').textContent();
    return (said ?? '').replace('Signed in as', '').trim();
  }

  /** The newest rows of the history's table, without its head. */
  rows(): Locator {
    return this.page.getByRole('table').locator('tbody').getByRole('row');
  }

  /** The row of the history that has a text; the page is loaded anew until it is there. */
  async row(text: string): Promise<Locator> {
    const row = this.rows().filter({ hasText: text });
    await expect(async () => {
      await this.page.goto(`${this.at}/p/dev/history`);
      await expect(row).toHaveCount(1, { timeout: 500 });
    }).toPass({ timeout: 12_000 });
    return row;
  }
}

function plain(html: string): string {
  return html
    .replace(/<!--.*?-->|<!>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
