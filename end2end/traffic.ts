// All that goes to and from a browser, for looking at what should not be in it.

import type { BrowserContext, Request, Response } from '@playwright/test';

/** How a signed token begins, whoever signed it. */
export const TOKEN = /eyJ[A-Za-z0-9_-]{16,}|(access|refresh|id)_token/;

type Header = { name: string; value: string };

export type Said = { url: string; headers: Header[]; body: string };

export class Traffic {
  private readonly answers: Promise<Said>[] = [];
  private readonly requests: Promise<Said>[] = [];

  constructor(context: BrowserContext) {
    context.on('response', (response) => this.answers.push(answered(response)));
    context.on('request', (request) => this.requests.push(asked(request)));
  }

  /** What went so far, read to its end. */
  async all(): Promise<{ answers: Said[]; requests: Said[] }> {
    return { answers: await Promise.all(this.answers), requests: await Promise.all(this.requests) };
  }
}

async function answered(response: Response): Promise<Said> {
  const headers = await response.headersArray();
  const kind = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  const led = response.status() >= 300 && response.status() < 400;
  // What leads on has no body to read, and a stream has no end to wait for.
  const body = led || kind.startsWith('text/event-stream') ? '' : await response.body().then(String, gone);
  return { url: response.url(), headers, body };
}

async function asked(request: Request): Promise<Said> {
  // One that the next page cut off was never sent.
  const headers = await request.headersArray().catch(() => []);
  return { url: request.url(), headers, body: request.postData() ?? '' };
}

/** The browser lets go of what a page had asked for when the next one comes. */
function gone(error: Error): string {
  if (/No resource with given identifier|No data found for resource|closed/.test(error.message)) return '';
  throw error;
}
