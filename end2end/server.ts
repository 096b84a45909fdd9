// A Teal of a test's own: same world, same flag, its own store and port, and it may be killed.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class OwnTeal {
  private process?: ChildProcess;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** `more` is what its configuration says besides; it may need to know where Teal is. */
  static async make(more: (url: string) => string = () => ''): Promise<OwnTeal> {
    const own = new OwnTeal(mkdtempSync(join(tmpdir(), 'teal-own-')), await freePort());
    const shared = readFileSync(needed('TEAL_CONFIG'), 'utf8');
    const config = shared
      .replace(/^listen = .*$/m, `listen = "127.0.0.1:${own.port}"`)
      .replace(/^path = .*$/m, `path = "${join(own.folder, 'teal.db')}"`);
    writeFileSync(join(own.folder, 'teal.toml'), `${config}\n${more(own.url)}\n`);
    return own;
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const { env } = JSON.parse(readFileSync(needed('TEAL_WORLD'), 'utf8')) as { env: Record<string, string> };
    const child = spawn(needed('TEAL_BIN'), ['serve', '--config', join(this.folder, 'teal.toml')], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.process = child;
    await new Promise<void>((ready, failed) => {
      let said = '';
      child.stdout.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('Teal is ready')) ready();
      });
      child.once('exit', (code) => failed(new Error(`teal ended with ${code}: ${said}`)));
    });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with \`make test\``);
  return value;
}

async function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => found(port));
    });
  });
}
