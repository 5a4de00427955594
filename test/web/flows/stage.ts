import { tmpdir } from 'node:os';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openBrowser, openPage, type WatchedPage } from '../../../harness/browser.js';
import { runCommand } from '../../../harness/run-command.js';
import { jsonOf, openTestService, posted, type TestService } from '../../http/http-service.js';
import { pageEvents } from './page-events.js';

/** A row of usage. */
export type Row = Readonly<Record<string, number | string | null>>;

/** One browser, one store, and one tab for all flows: opening them takes longer than most flows. */
export interface Stage {
  readonly service: TestService;
  /**
   * Opens an address in the tab that all flows share, without a cache, and waits until all its
   * requests are done. From then on the store has data, unless it must be empty.
   */
  open(path: string, options?: { readonly isEmpty: boolean }): Promise<Page>;
  /** Goes to an address in that tab as a link does, without reloading the page. */
  go(path: string): Promise<Page>;
  /** Opens a tab of a foreign site, whose errors do not count. */
  openStranger(url: string): Promise<Page>;
  /** Opens a tab with separate cookies, at another address of the service if one is given. */
  openOther(url?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Waits until all requests of a tab are done. */
  settled(page?: Page): Promise<void>;
  /** Sends events, and waits until they are folded. */
  send(events: readonly unknown[]): Promise<void>;
  /** The rows of usage from the service. */
  usage(query: string): Promise<readonly Row[]>;
  /** The output of a command with `--json` on the same store. */
  command<T>(...args: readonly string[]): Promise<T>;
}

const view = { width: 1280, height: 900 };
/** Channels may be made, and may lead to this machine. */
const alerts = { secret_key: '7d'.repeat(32), allowed_hosts: ['127.0.0.1'] };

/**
 * Opens the stage for the flows of a file. After each flow, no tab may have done anything that our
 * page must never do.
 */
export function useStage(): Stage {
  let service: TestService | undefined;
  let browser: Awaited<ReturnType<typeof openBrowser>> | undefined;
  let shared: WatchedPage | undefined;
  let others: WatchedPage[] = [];
  let strangers: WatchedPage[] = [];
  let seen = 0;
  let filled: Promise<void> | undefined;
  const opened = () => {
    if (service === undefined || browser === undefined || shared === undefined)
      throw new Error('Expected an open stage.');
    return { service, browser, shared };
  };
  beforeAll(async () => {
    [service, browser] = await Promise.all([
      openTestService('postgres', { alerts }),
      openBrowser(),
    ]);
    shared = await openPage(browser, service.http.url, { acceptDownloads: true });
  });
  afterEach(async () => {
    const faults = [...opened().shared.faults.slice(seen), ...others.flatMap((one) => one.faults)];
    seen = opened().shared.faults.length;
    await Promise.all([...others, ...strangers].map((one) => one.close()));
    [others, strangers] = [[], []];
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });
  const settled = async (page = opened().shared.page) => {
    await page.waitForSelector('main h1');
    await page.waitForLoadState();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  };
  const send = async (events: readonly unknown[]) => {
    const answer = await opened().service.fetch('/v1/events?wait=true', posted(events));
    expect(await jsonOf(answer)).toMatchObject({ accepted: events.length, folded: true });
  };
  const fill = () => {
    filled ??= send([...recentEvents(), ...changeEvents()]);
    return filled;
  };
  return {
    get service() {
      return opened().service;
    },
    async open(path, { isEmpty } = { isEmpty: false }) {
      if (!isEmpty) await fill();
      const { page } = opened().shared;
      await page.setViewportSize(view);
      await page.goto(path);
      await settled(page);
      return page;
    },
    async go(path) {
      const { page } = opened().shared;
      await page.evaluate(
        `history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
      );
      // The screen changes with the next frame.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
      await settled(page);
      return page;
    },
    async openOther(url = opened().service.http.url, options = {}) {
      const other = await openPage(opened().browser, url, options);
      others.push(other);
      return other.page;
    },
    async openStranger(url) {
      const stranger = await openPage(opened().browser, url);
      strangers.push(stranger);
      return stranger.page;
    },
    settled,
    send,
    async usage(query) {
      await fill();
      const answer = await opened().service.fetch(`/v1/usage?${query}`);
      expect(answer.status).toBe(200);
      return (await jsonOf<{ rows: readonly Row[] }>(answer)).rows;
    },
    async command<T>(...args: readonly string[]) {
      await fill();
      const { env } = opened().service.home;
      const done = await runCommand([...args, '--json'], { dir: tmpdir(), env });
      expect({ args, code: done.code, stderr: done.stderr }).toMatchObject({ code: 0 });
      return JSON.parse(done.stdout) as T;
    },
  };
}

/** Work in the weeks before now, which most flows use. */
const recentEvents = () => pageEvents(Date.now(), 40, 4);

/** Weeks with clock changes in New York, with work in each. Sessions are named after them. */
export const clockChanges = [
  { name: 'spring', from: '2025-03-06T00:00:00Z', to: '2025-03-13T00:00:00Z' },
  { name: 'autumn', from: '2025-10-30T00:00:00Z', to: '2025-11-06T00:00:00Z' },
] as const;

/** Work of those weeks, and of the weeks before them. */
const changeEvents = () =>
  clockChanges.flatMap(({ name, to }) => pageEvents(Date.parse(to), 14, 6, name));

/** How far the page scrolls horizontally, in pixels. */
export const sideways = 'document.scrollingElement.scrollWidth - innerWidth';

/** The tables that are cut off and scroll on their own, with the number of hidden pixels. */
export const cutTables = `[...document.querySelectorAll('.scroller')]
  .map((one) => [one.getAttribute('aria-label'), one.scrollWidth - one.clientWidth])
  .filter(([, excess]) => excess > 0)
  .map(([label, excess]) => label + ' is cut off by ' + excess)`;

/** The texts of the elements that nothing cuts off or covers in the middle. */
export const inSight = (selector: string) => `[...document.querySelectorAll('${selector}')]
  .filter((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return document.elementFromPoint(x + width / 2, y + height / 2) === one;
  })
  .map((one) => one.textContent)`;

/** All digits of a cost, as hovering shows them. */
export const exactDollars = (cost: number) =>
  `$${cost.toFixed(9).replace(/(\.\d\d\d*?)0+$/, '$1')}`;

/** `12,345`. */
export const whole = (count: number) => count.toLocaleString('en-US');

/** Costs added as integer billionths, as the store adds them. */
export const sumOf = (rows: readonly Row[], name: string) =>
  rows.reduce((sum, row) => sum + Math.round(Number(row[name] ?? 0) * 1e9), 0) / 1e9;

/** `7.8 %`, `77 %`. */
export const percent = (value: number) =>
  `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;

/** `93 ms`, `2.8 s`: for times below a minute. */
export const seconds = (value: number) =>
  value < 0.9995
    ? `${Number((value * 1000).toPrecision(value < 0.0095 ? 2 : 3))} ms`
    : `${value.toFixed(1)} s`;

/** `9,560`, `35.7K`. */
export const short = (count: number) =>
  count < 10_000
    ? whole(count)
    : new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 }).format(
        count,
      );

/** `$711.99`, `$0.0182`, `$0.000460`. */
export const dollars = (value: number) =>
  value >= 1
    ? `$${value.toFixed(2)}`
    : value >= 0.001
      ? `$${value.toFixed(4)}`
      : value === 0
        ? '$0'
        : `$${value.toPrecision(3)}`;

/** The cells of a table in a card, row by row, as they are read. */
export const cellsOf = (page: Page, card: string): Promise<string[][]> =>
  page.evaluate(
    `[...document.querySelectorAll('section.card[aria-label="${card}"] table.data tbody tr')]
      .map((row) => [...row.cells].map((cell) => cell.innerText.trim().replace(/\\s+/g, ' ')))`,
  );
