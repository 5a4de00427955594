import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe, test } from 'vitest';

/** The flags of a Chromium without a screen and without requests of its own. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium of TEST_CHROMIUM, or the one on the PATH. */
export function findChromium(): string | undefined {
  const { TEST_CHROMIUM: given, PATH = '' } = process.env;
  if (given !== undefined && given !== '') return given;
  return PATH.split(delimiter)
    .flatMap((folder) =>
      ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)),
    )
    .find((file) => existsSync(file));
}

/**
 * A suite in a real browser. Without one it is skipped under its own name. In CI it fails instead.
 */
export function describeWithBrowser(name: string, suite: () => void): void {
  if (findChromium() !== undefined) describe(name, suite);
  else if (process.env.CI) {
    describe(name, () => {
      test('finds Chromium', () => {
        throw new Error(
          'Nothing may be skipped in CI; no Chromium on the PATH or in TEST_CHROMIUM',
        );
      });
    });
  } else {
    console.warn(`skipped: ${name} (no Chromium on the PATH or in TEST_CHROMIUM)`);
    describe.skip(`${name} [skipped: no Chromium]`, suite);
  }
}

export function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('Expected Chromium, found none.');
  return chromium.launch({ executablePath, args: flags });
}

/** A tab, and its errors. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, violations of the policy, failed scripts, requests to other hosts. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Opens a tab that records everything that our page must never do. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-US',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const faults: string[] = [];
  const { host } = new URL(url);
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // The test checks the responses of requests, not the console.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (/^https?:$/.test(target.protocol) && target.host !== host) {
      faults.push(`request to another host: ${request.url()}`);
    }
  });
  return { page, faults, close: () => context.close() };
}
