/**
 * A real browser for the tests of the HTML report. Where there is none, they are reported as skipped
 * with the reason; in CI (`CI` set) they fail instead.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { describe, test } from 'vitest';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const executablePath = candidates.find((path) => existsSync(path));

const isCi = process.env['CI'] !== undefined && !['', '0', 'false'].includes(process.env['CI']);

/** `describe` for tests that need a browser. */
export function describeWithBrowser(name: string, body: () => void): void {
  const obstacle = `no browser: ${candidates.join(', ')} (Debian package chromium)`;
  if (executablePath === undefined && isCi) {
    test(name, () => {
      throw new Error(`in CI the browser tests must run: ${obstacle}`);
    });
    return;
  }
  const isSkipped = executablePath === undefined;
  describe.skipIf(isSkipped)(isSkipped ? `${name} (skipped: ${obstacle})` : name, body);
}

/** What a page asked for and what went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Addresses that were requested, besides the page itself. */
  readonly requests: readonly string[];
  readonly errors: readonly string[];
}

/** Opens a file in a browser of its own, with a fresh profile, and closes it afterwards. */
export async function visit(file: string, look: (visit: Visit) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'natc-browser-'));
  let context: BrowserContext | undefined;
  try {
    context = await chromium.launchPersistentContext(profile, {
      ...(executablePath === undefined ? {} : { executablePath }),
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const page = await context.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    const address = `file://${file}`;
    page.on('request', (request) => {
      if (request.url() !== address.replace(/#.*/, '')) requests.push(request.url());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(address);
    await look({ page, requests, errors });
  } finally {
    await context?.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
