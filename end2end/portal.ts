// Somebody else's site, on a port of its own: a page that shows another one in a frame.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Portal {
  private constructor(private readonly server: Server) {}

  /** Every address of it is a page with one frame; the frame's address stands in the query. */
  static async open(): Promise<Portal> {
    const server = createServer((request, response) => {
      const framed = new URL(request.url ?? '/', 'http://portal').searchParams.get('frame');
      const frame = framed ? `<iframe title="framed" src="${framed.replaceAll('"', '&quot;')}" width="560" height="520"></iframe>` : '';
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!DOCTYPE html><html lang="en"><title>A portal</title><link rel="icon" href="data:,"><h1>A portal</h1>${frame}</html>`);
    });
    await new Promise<void>((open) => {
      server.listen(0, '127.0.0.1', open);
    });
    return new Portal(server);
  }

  /** Its origin, by one of the names of this machine: names are sites of their own. */
  origin(name: '127.0.0.1' | 'localhost' = '127.0.0.1'): string {
    return `http://${name}:${(this.server.address() as AddressInfo).port}`;
  }

  /** The page that shows an address in its frame. */
  showing(address: string, name?: '127.0.0.1' | 'localhost'): string {
    return `${this.origin(name)}/?frame=${encodeURIComponent(address)}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
