// Somebody else's site, on a port of its own: a page that shows another one in a frame, or pages of a test's own.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Portal {
  /** What was asked for, in its order. */
  readonly asked: string[] = [];

  private readonly own = new Map<string, { kind: string; body: string }>();

  private constructor(private readonly server: Server) {}

  /** Every address of it is a page with one frame, whose address stands in the query; but for what a test puts there. */
  static async open(): Promise<Portal> {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://portal');
      portal.asked.push(pathname);
      const own = portal.own.get(pathname);
      if (own) {
        response.setHeader('content-type', own.kind);
        response.end(own.body);
        return;
      }
      const framed = searchParams.get('frame');
      const [width, height] = (searchParams.get('size') ?? '560x520').split('x').map(Number);
      const frame = framed ? `<iframe title="framed" src="${framed.replaceAll('"', '&quot;')}" width="${width}" height="${height}"></iframe>` : '';
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!DOCTYPE html><html lang="en"><title>A portal</title><link rel="icon" href="data:,"><h1>A portal</h1>${frame}</html>`);
    });
    const portal = new Portal(server);
    await new Promise<void>((open) => {
      server.listen(0, '127.0.0.1', open);
    });
    return portal;
  }

  /** Puts something at an address: what stands in a page, or a script. */
  holds(path: string, content: string, kind: 'html' | 'javascript' = 'html'): void {
    const body = kind === 'html' ? `<!DOCTYPE html><html lang="en"><title>A portal</title><link rel="icon" href="data:,">${content}</html>` : content;
    this.own.set(path, { kind: `text/${kind}; charset=utf-8`, body });
  }

  /** Its origin, by one of the names of this machine: names are sites of their own. */
  origin(name: '127.0.0.1' | 'localhost' = '127.0.0.1'): string {
    return `http://${name}:${(this.server.address() as AddressInfo).port}`;
  }

  /** The page that shows an address in its frame, which may be as wide and as high as a test wants. */
  showing(address: string, name?: '127.0.0.1' | 'localhost', size?: `${number}x${number}`): string {
    return `${this.origin(name)}/?frame=${encodeURIComponent(address)}${size ? `&size=${size}` : ''}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
