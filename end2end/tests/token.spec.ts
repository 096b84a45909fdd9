// Scripts that come with an access token of the emulated Cognito's, beside people who sign in there.

import { readFileSync } from 'node:fs';

import { expect, test } from '../fixtures';

const door = process.env.TEAL_DOOR ?? '';

type Told = { ministack: string; sign_in: { script: { client_id: string; client_secret: string } } };

/** A token with these scopes. */
async function token(scope: string): Promise<string> {
  const { ministack, sign_in } = JSON.parse(readFileSync(process.env.TEAL_WORLD ?? '', 'utf8')) as Told;
  const { client_id, client_secret } = sign_in.script;
  const answer = await fetch(`${ministack}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, scope }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Asks Teal as the script. */
async function ask(path: string, scope: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${door}${path}`, { ...init, redirect: 'manual', headers: { authorization: `Bearer ${await token(scope)}`, ...init.headers } });
}

test('a script looks with one scope, writes with the other, and exports with none', async () => {
  const page = await ask('/p/dev', 'teal/read');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('deploys');
  expect((await ask('/p/dev/history.csv', 'teal/switch')).status).toBe(403);

  const note = { method: 'POST', body: new URLSearchParams({ pair: 'dev', about: '1', text: 'it was the script' }) };
  const forbidden = '"problem":"forbidden"';
  expect(await (await ask('/api/fn/note', 'teal/read', note)).text()).toContain(forbidden);
  expect(await (await ask('/api/fn/note', 'teal/switch', note)).text()).not.toContain(forbidden);
});

test('what is no good token is told what to do, and is not sent to a page', async () => {
  const answer = await fetch(`${door}/p/dev`, { redirect: 'manual', headers: { authorization: 'Bearer a.b.c', accept: 'text/html' } });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  expect(await answer.text()).toContain('Fetch a new one from the identity provider');
});
