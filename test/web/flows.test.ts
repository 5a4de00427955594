import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  describeWithBrowser,
  openBrowser,
  openPage,
  type WatchedPage,
} from '../../harness/browser.js';
import { jsonOf, openTestService, posted, type TestService } from '../http/http-service.js';
import { pageEvents } from './page-events.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const widths = [1280, 390, 320];

// What runs in the page is text: this project is checked without the types of a browser.
const sideways = 'document.documentElement.scrollWidth - innerWidth';
const firstFrom = `performance.getEntriesByType('resource')
  .map(({ name }) => new URL(name).searchParams.get('from')).find((text) => text !== null)`;
const everyRule = `{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }`;
const axeFindings = (options: string) => `axe.run(${options})
  .then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes[0].html.slice(0, 160) + ' ' + nodes[0].failureSummary.slice(0, 200)))`;

interface Usage {
  readonly rows: readonly Readonly<Record<string, number | string | null>>[];
}

describeWithBrowser('the web page in a browser', () => {
  let service: TestService;
  let browser: Browser;
  let watched: WatchedPage | undefined;
  const now = Date.now();

  beforeAll(async () => {
    [service, browser] = await Promise.all([openTestService('postgres'), openBrowser()]);
  });
  afterEach(async () => {
    const faults = watched?.faults ?? [];
    await watched?.close();
    watched = undefined;
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });

  /** Opens an address, and waits until everything that it asks for has come. */
  async function open(path: string, options: Parameters<typeof openPage>[2] = {}) {
    watched = await openPage(browser, service.http.url, options);
    const { page } = watched;
    await page.goto(path);
    await settled();
    return page;
  }
  async function settled() {
    const page = watched?.page;
    if (page === undefined) throw new Error('Expected an open page.');
    await page.waitForSelector('main h1');
    await page.waitForLoadState();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  }
  const usage = (query: string) => jsonOf<Usage>(service.fetch(`/v1/usage?${query}`));

  test('shows how to send the first event, and changes over by itself when it comes', async () => {
    const page = await open('/');
    await page.getByText('No event has come yet').waitFor();
    const shown = (await page.locator('pre').textContent()) ?? '';
    const [, url, body] = /curl '([^']+)'[\s\S]*-d '([\s\S]*)'/.exec(shown) ?? [];
    await page.getByText('Listening for the first event').waitFor();
    const first = await fetch(url ?? '', posted(body ?? ''));
    expect(await jsonOf(first)).toMatchObject({ accepted: 1, folded: true });
    const tokens = page.locator('.tile', { hasText: 'Tokens' }).locator('strong');
    await tokens.filter({ hasText: '1,290' }).waitFor();
    // The rest, for the tests that follow.
    const answer = await service.fetch('/v1/events?wait=true', posted(pageEvents(now, 40, 4)));
    expect(answer.status).toBe(200);
  });

  test.each(['UTC', 'Asia/Kathmandu', 'America/New_York'])(
    'shows on Overview what the service says, in %s',
    async (zone) => {
      const page = await open(`/?range=7d&tz=${zone}&compare=off`);
      const from = await page.evaluate<string>(firstFrom);
      // The range begins at a midnight of the zone.
      expect(new Date(from ?? '').toLocaleTimeString('en-GB', { timeZone: zone })).toBe('00:00:00');
      const {
        rows: [all],
      } = await usage(`from=${from}`);
      const tile = (name: string) =>
        page.locator('.tile', { has: page.getByText(name, { exact: true }) }).locator('strong');
      expect(await tile('Cost').getAttribute('title')).toBe(
        `$${Number(all?.cost)
          .toFixed(9)
          .replace(/(\.\d\d\d*?)0+$/, '$1')}`,
      );
      expect(await tile('Tokens').getAttribute('title')).toBe(
        Number(all?.total_tokens).toLocaleString('en-US'),
      );
      const { rows } = await usage(`from=${from}&group_by=model`);
      const parts = page.locator('.key tbody tr');
      const shown = await Promise.all(
        (await parts.all()).map(async (part) => [
          await part.locator('.name').textContent(),
          await part.locator('td').first().getAttribute('title'),
        ]),
      );
      expect(shown).toEqual(rows.map(({ model, cost }) => [model, `$${Number(cost).toFixed(4)}`]));
    },
  );

  test('narrows the range by a drag and by keys, and Back undoes it', async () => {
    const page = await open('/?range=28d');
    const chart = page.locator('.split-chart .chart');
    const box = await chart.boundingBox();
    if (box === null) throw new Error('Expected a chart.');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 80, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=/);
    const dragged = new URL(page.url()).searchParams;
    const days =
      (Date.parse(dragged.get('to') ?? '') - Date.parse(dragged.get('from') ?? '')) / 86_400_000;
    expect(days).toBeGreaterThan(3);
    expect(days).toBeLessThan(9);
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has('from'));
    await settled();
    await chart.focus();
    for (const key of ['End', 'ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Enter'])
      await page.keyboard.press(key);
    await page.waitForURL(/from=/);
    const typed = new URL(page.url()).searchParams;
    expect(
      (Date.parse(typed.get('to') ?? '') - Date.parse(typed.get('from') ?? '')) / 86_400_000,
    ).toBeCloseTo(3, 0);
  });

  test('keeps the hidden parts, the figure and the split in the address', async () => {
    const page = await open('/');
    await page.getByRole('link', { name: 'Tokens', exact: true }).click();
    await page.getByRole('link', { name: 'Agent', exact: true }).click();
    await settled();
    await page.locator('.key .part', { hasText: 'writer' }).click({ modifiers: ['Control'] });
    await page.waitForURL((url) => url.search === '?metric=tokens&by=agent&hide=writer');
    await page.reload();
    await settled();
    expect(await page.locator('.key .part[aria-pressed="false"]').allTextContents()).toEqual([
      'writer',
    ]);
  });

  test('pages through sessions, opens one, and comes back to the same page', async () => {
    const page = await open('/sessions?limit=20');
    const ids = () => page.locator('table.data tbody a.id').allTextContents();
    const first = await ids();
    expect(first).toHaveLength(20);
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.waitForURL(/cursor=/);
    await settled();
    const second = await ids();
    expect(second.filter((id) => first.includes(id))).toEqual([]);
    await page.locator('table.data tbody a.id').nth(3).click();
    await page.getByText('The runs add up to the totals').waitFor();
    await page.goBack();
    await settled();
    expect(await ids()).toEqual(second);
    await page.locator('table.data tbody a.quiet', { hasText: 'user-1' }).first().click();
    await settled();
    const users = await page.locator('table.data tbody tr td:nth-child(3)').allTextContents();
    expect(new Set(users)).toEqual(new Set(['user-1']));
  });

  test('shows a run step by step, and that the steps add up', async () => {
    const page = await open('/runs/session-0000-run?session=session-0000');
    await page.getByText('The steps add up to the totals').waitFor();
    expect(await page.locator('.rows .step-name .name').allTextContents()).toEqual([
      'user',
      'model-a',
      'delegate',
      'model-a',
      'search',
      'model-a',
    ]);
    expect(await page.locator('.rows .failed-text').allTextContents()).toEqual(['disk full']);
    await page.locator('.rows button').nth(1).click();
    await page.keyboard.press('j');
    await page.waitForURL(/step=session-0000-run-3/);
    await page.getByRole('link', { name: 'Agno JSON' }).click();
    await settled();
    const agno = await jsonOf(
      service.fetch('/v1/runs/session-0000-run/metrics?session_id=session-0000'),
    );
    expect(JSON.parse((await page.locator('.json pre').textContent()) ?? '')).toEqual(agno);
  });

  test('says so in red where a total was tampered with', async () => {
    const { database } = service.home.tier;
    const where = `where session_id = 'session-0003' and run_id = 'session-0003-member'`;
    await database.query(
      `update runfold_internal.run set cost_nanos = cost_nanos + 1 ${where}`,
      [],
    );
    const page = await open('/runs/session-0003-run?session=session-0003');
    await page.getByText('The steps do not add up to the totals.').waitFor();
    expect(await page.locator('.adds-up').textContent()).toContain('$0.032757001 in the totals');
    await database.query(
      `update runfold_internal.run set cost_nanos = cost_nanos - 1 ${where}`,
      [],
    );
  });

  test('proves on Health that the totals equal the log, and turns red where one does not', async () => {
    const { database } = service.home.tier;
    const page = await open('/health');
    await page.locator('.side-foot').getByText('Not proved yet').waitFor();
    await page.getByRole('button', { name: 'Prove it' }).click();
    await page.getByRole('heading', { name: 'The totals equal the log' }).waitFor();
    await page.locator('.side-foot .proof.equal', { hasText: 'Totals = log' }).waitFor();
    const row = `where session_id = 'session-0005' and run_id = 'session-0005-run'`;
    await database.query(
      `update runfold_internal.run set input_tokens = input_tokens + 1 ${row}`,
      [],
    );
    await page.getByRole('button', { name: 'Prove again' }).click();
    await page.getByRole('heading', { name: 'The totals differ from the log' }).waitFor();
    await page.locator('.side-foot .proof.different').waitFor();
    expect(await page.getByLabel('Differences').textContent()).toContain('session-0005-run');
    await database.query(
      `update runfold_internal.run set input_tokens = input_tokens - 1 ${row}`,
      [],
    );
    await page.getByRole('button', { name: 'Prove again' }).click();
    await page.locator('.side-foot .proof.equal').waitFor();
  });

  test('bears names of any kind as text', async () => {
    const names = ['<script>alert(1)</script>', 'x'.repeat(200), 'مرحبا', '🙂'.repeat(20), '=1+1'];
    const events = names.map((name, index) => ({
      id: `name-${index}`,
      run_id: name,
      session_id: name,
      user_id: name,
      agent_id: name,
      type: 'message',
      role: 'assistant',
      model: name,
      occurred_at: new Date(now - 1000).toISOString(),
      metrics: { input_tokens: 10, output_tokens: 1 },
    }));
    const sent = await service.fetch('/v1/events?wait=true', posted(events));
    expect(await jsonOf(sent)).toMatchObject({ accepted: names.length, refused: 0, folded: true });
    for (const name of names) {
      const page = await open(`/sessions?user_id=${encodeURIComponent(name)}`, {
        viewport: { width: 390, height: 800 },
      });
      expect(await page.locator('table.data tbody a.id').allTextContents()).toEqual([name]);
      expect(await page.evaluate<number>(sideways)).toBeLessThanOrEqual(0);
      await page.goto(`/runs/${encodeURIComponent(name)}?session=${encodeURIComponent(name)}`);
      await page.getByText('The steps add up to the totals').waitFor();
      expect(await page.evaluate<number>(sideways)).toBeLessThanOrEqual(0);
      await watched?.close();
    }
  });

  test.each([
    '/',
    '/?metric=time',
    '/sessions?limit=5',
    '/sessions/session-0000',
    '/runs?limit=5',
    '/runs/session-0000-run?session=session-0000&step=session-0000-run-2',
    '/models',
    '/tools',
    '/tools/search',
    '/users',
    '/live',
    '/health',
    '/rejects',
    '/keys',
    '/projects',
    '/settings',
  ])(
    'has no finding of axe and no sideways scroll at %s, in both themes and three widths',
    async (path) => {
      const page = await open(path);
      await page.evaluate(axe);
      const findings: string[] = [];
      for (const width of widths) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          // A theme changes colours alone.
          const options = colorScheme === 'light' ? everyRule : `{ runOnly: ['color-contrast'] }`;
          const found = await page.evaluate<readonly string[]>(axeFindings(options));
          findings.push(...found.map((one) => `${width} ${colorScheme}: ${one}`));
          const excess = await page.evaluate<number>(sideways);
          if (excess > 0) findings.push(`${width}: scrolls sideways by ${excess}`);
        }
      }
      expect(findings).toEqual([]);
    },
  );

  test('asks for a key once there are some, and lists, makes and revokes them', async () => {
    const { headers } = await service.key(1, ['read', 'admin']);
    const page = await open('/keys');
    const key = page.getByLabel('Key', { exact: true });
    await key.fill('rf_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This key is unknown or revoked.').waitFor();
    await key.fill(headers.authorization.replace('Bearer ', ''));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
    await page.getByLabel('Name').fill('reports');
    await page.getByRole('button', { name: 'Make' }).click();
    const made = (await page.locator('.made-key code').textContent()) ?? '';
    const asReports = { headers: { authorization: `Bearer ${made}` } };
    expect((await service.fetch('/v1/runs', asReports)).status).toBe(200);
    await page.locator('tr', { hasText: 'reports' }).getByRole('button').click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.locator('tr', { hasText: 'reports' }).getByText('revoked').waitFor();
    const listed = await service.fetch('/v1/keys', { headers });
    const { items } = await jsonOf<{ items: { name: string; revoked_at: string | null }[] }>(
      listed,
    );
    expect(items.find(({ name }) => name === 'reports')?.revoked_at).not.toBeNull();
    // What script can read could be read by a fault of a script: there is no key in its reach.
    expect(page.url()).not.toContain('rf_');
    const inReach =
      'JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie';
    expect(await page.evaluate(inReach)).toBe('{}{}');
  });
});
