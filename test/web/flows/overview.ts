import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  cellsOf,
  clockChanges,
  dollars,
  exactDollars,
  percent,
  type Row,
  type Stage,
  seconds,
  short,
  sumOf,
  whole,
} from './stage.js';

interface Series {
  readonly rows: readonly Row[];
}

const zones = ['UTC', 'Asia/Kathmandu', 'America/New_York'];

const tile = (page: Page, name: string) =>
  page.locator('.tile', { has: page.getByText(name, { exact: true }) }).locator('strong');

const noteOf = (page: Page, name: string) =>
  page.locator('.tile', { has: page.getByText(name, { exact: true }) }).locator('.tile-notes');

const changeIn = (page: Page, name: string) =>
  page
    .locator('.tile', { has: page.getByText(name, { exact: true }) })
    .locator('.change')
    .textContent();

/** A change as a tile shows it, with the words that a screen reader gets. */
function changeText(now: number, before: number): string {
  const by = now / before - 1;
  if (by > 9.995) return `▲ more, ×${Math.round(by + 1)}`;
  const sign = Math.abs(by) < 0.0005 ? '=' : by > 0 ? '▲' : '▼';
  return `${sign} ${by > 0 ? 'more by' : 'less by'}${percent(Math.abs(by))}`;
}

/** The instant at which the clock of a zone showed the same a week before. */
function weekBefore(zone: string, text: string): string {
  const offset = (at: number) =>
    Date.parse(`${new Date(at).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T')}Z`) -
    at;
  const at = Date.parse(text);
  const week = 7 * 86_400_000;
  return new Date(at - week + offset(at) - offset(at - week)).toISOString();
}

/** The parts of the chart's key, by name: the text when hovering over the figure of each. */
async function partsOf(page: Page): Promise<Readonly<Record<string, string | null>>> {
  const rows = await page
    .locator('.key tbody tr')
    .evaluateAll((all) =>
      (all as { querySelector(text: string): { textContent: string; title: string } }[]).map(
        (row) => [row.querySelector('.name').textContent, row.querySelector('td').title],
      ),
    );
  return Object.fromEntries(rows);
}

/** The CSV that a card's menu saves, cell by cell. */
async function csvOf(page: Page, label: string): Promise<string[][]> {
  await page.getByRole('button', { name: `${label}: more` }).click();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const text = await readFile(await (await saved).path(), 'utf8');
  return text
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
}

/** The figures and the splits of the overview's chart, and their names in the service. */
const figures = [
  ['cost', 'cost', dollars],
  ['tokens', 'total_tokens', whole],
  ['calls', 'assistant_messages', whole],
  ['tool_errors', 'tool_errors', whole],
  ['failed_runs', 'failed_runs', whole],
] as const;
const dimensions = {
  model: 'model',
  agent: 'agent_id',
  tool: 'tool_name',
  user: 'user_id',
  team: 'team_id',
} as const;

/** The overview's figures compared with those of the commands, and the actions of its chart. */
export function overviewFlows(stage: Stage): void {
  /** The small figures of the tiles. Quantiles are of the whole range, so they need one bucket. */
  const expectNotes = async (page: Page, rows: readonly Row[], range: readonly string[]) => {
    const sum = (name: string) => sumOf(rows, name);
    const shown = async (name: string) => [
      await tile(page, name).textContent(),
      await noteOf(page, name).textContent(),
    ];
    expect((await shown('Tokens'))[1]).toBe(
      `${percent(sum('cached_tokens') / sum('input_tokens'))} cached`,
    );
    expect((await shown('Runs'))[1]).toBe(`${whole(sum('failed_runs'))} failed`);
    expect(await shown('Tool errors')).toEqual([
      percent(sum('tool_errors') / sum('tool_calls')),
      `${whole(sum('tool_errors'))} of ${whole(sum('tool_calls'))}`,
    ]);
    const months = await stage.command<Series>('usage', '--bucket', 'month', ...range);
    const [month, ...others] = months.rows;
    if (month === undefined || others.length > 0) return;
    for (const [name, field] of [
      ['Answer time p95', 'time'],
      ['First token p95', 'time_to_first_token'],
    ] as const) {
      expect(await shown(name)).toEqual([
        seconds(Number(month[`${field}_p95`])),
        `p50 ${seconds(Number(month[`${field}_p50`]))}`,
      ]);
    }
  };

  /** How the tiles changed against the week before, by the clock of the zone. */
  const expectChanges = async (
    page: Page,
    rows: readonly Row[],
    { from, to, zone }: { readonly from: string; readonly to: string; readonly zone: string },
  ) => {
    const before = await stage.command<Series>(
      ...['usage', '--from', weekBefore(zone, from), '--to', weekBefore(zone, to), '--tz', zone],
    );
    const both = (of: (all: readonly Row[]) => number) => changeText(of(rows), of(before.rows));
    for (const [name, field] of [
      ['Cost', 'cost'],
      ['Tokens', 'total_tokens'],
      ['Runs', 'runs'],
    ] as const) {
      expect(sumOf(before.rows, field)).toBeGreaterThan(0);
      expect([name, await changeIn(page, name)]).toEqual([name, both((all) => sumOf(all, field))]);
    }
    expect(await changeIn(page, 'Tool errors')).toBe(
      both((all) => sumOf(all, 'tool_errors') / sumOf(all, 'tool_calls')),
    );
  };

  /** The share of each part in the key of the chart. */
  const expectShares = async (page: Page, parts: readonly (readonly [string, number])[]) => {
    const all = parts.reduce((sum, [, part]) => sum + part, 0);
    const shown = await page
      .locator('.key tbody tr')
      .evaluateAll((rows) =>
        (rows as { querySelector(text: string): { textContent: string } }[]).map((row) => [
          row.querySelector('.name').textContent,
          row.querySelector('td:nth-child(3)').textContent,
        ]),
      );
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries(
        parts.map(([name, part]) => [name, `${Math.round((part / all) * 100)} %`]),
      ),
    );
  };

  /** The tables below the chart. */
  const expectCards = async (page: Page, range: readonly string[]) => {
    const tools = await stage.command<Series>(
      ...['top', 'tools', '--by', 'tool_calls', '--limit', '7'],
      ...range,
    );
    expect(await cellsOf(page, 'Tools')).toEqual(
      tools.rows.map((row) => [
        row.tool_name,
        whole(Number(row.tool_calls)),
        percent(Number(row.error_rate)),
        seconds(Number(row.tool_time_p50)),
        seconds(Number(row.tool_time_p95)),
      ]),
    );
    // Equal costs are in the order of the list.
    const sessions = await stage.command<{ items: readonly Row[] }>(
      ...['sessions', 'list', '--order-by', 'cost', '--limit', '7'],
      ...range.slice(0, 4),
    );
    expect(sessions.items).toHaveLength(7);
    expect(await cellsOf(page, 'Costliest sessions')).toEqual(
      sessions.items.map((row) => [
        row.session_id,
        row.user_id,
        whole(Number(row.runs)),
        short(Number(row.total_tokens)),
        dollars(Number(row.cost)),
      ]),
    );
  };

  test.each(zones)(
    'shows on Overview what the commands say, over both changes of the clock, in %s',
    async (zone) => {
      for (const { from, to } of clockChanges) {
        const range = ['--from', from, '--to', to, '--tz', zone];
        const all = await stage.command<Series>('usage', ...range);
        const byModel = await stage.command<Series>('usage', '--by', 'model', ...range);
        const page = await stage.open(`/?from=${from}&to=${to}&tz=${zone}&compare=off`);
        const title = (name: string) => tile(page, name).getAttribute('title');
        expect(await title('Cost')).toBe(exactDollars(sumOf(all.rows, 'cost')));
        expect(await title('Tokens')).toBe(whole(sumOf(all.rows, 'total_tokens')));
        expect(await title('Runs')).toBe(whole(sumOf(all.rows, 'runs')));
        await expectNotes(page, all.rows, range);
        await expectCards(page, range);
        const models = [...new Set(byModel.rows.map(({ model }) => String(model)))];
        const costs = models.map((name): [string, number] => [
          name,
          sumOf(
            byModel.rows.filter(({ model }) => model === name),
            'cost',
          ),
        ]);
        expect(await partsOf(page)).toEqual(
          Object.fromEntries(costs.map(([name, cost]) => [name, dollars(cost)])),
        );
        await expectShares(page, costs);
        const total = page.locator('.key tfoot td').first();
        expect(await total.getAttribute('title')).toBe(dollars(sumOf(all.rows, 'cost')));
        // Each bar of the chart, by the zone's local time.
        const [head = [], ...lines] = await csvOf(page, 'Cost by model');
        expect(new Set(head.slice(2))).toEqual(new Set(models));
        const bars = lines.flatMap(([start, local, ...costsOf]) =>
          costsOf.map((cost, at) => ({ start, local, model: head[at + 2], cost: Number(cost) })),
        );
        const expected = byModel.rows.map(({ bucket_start, bucket_local, model, cost }) => ({
          start: bucket_start,
          local: bucket_local,
          model,
          cost: Number(cost),
        }));
        expect(bars).toHaveLength(expected.length);
        expect(bars).toEqual(expect.arrayContaining(expected));
        await stage.go(`/?from=${from}&to=${to}&tz=${zone}`);
        await page.locator('.tile .change').nth(3).waitFor();
        await expectChanges(page, all.rows, { from, to, zone });
      }
    },
  );

  test('begins ranges at a midnight of the zone', async () => {
    for (const zone of zones) {
      const page = await stage.open(`/?range=7d&tz=${zone}&compare=off`);
      const from = await page.evaluate<string>(
        `performance.getEntriesByType('resource').map(({ name }) => new URL(name).searchParams.get('from'))
          .find((text) => text !== null)`,
      );
      expect(new Date(from).toLocaleTimeString('en-GB', { timeZone: zone })).toBe('00:00:00');
      const [all] = await stage.usage(`from=${from}`);
      expect(await tile(page, 'Tokens').getAttribute('title')).toBe(
        whole(Number(all?.total_tokens)),
      );
    }
  });

  test('shows each figure by each split', async () => {
    const { from, to } = clockChanges[0];
    const range = `from=${from}&to=${to}`;
    await stage.open(`/?${range}&tz=UTC&compare=off`);
    let shown = 0;
    for (const [metric, field, format] of figures) {
      const page = await stage.go(`/?${range}&tz=UTC&compare=off&metric=${metric}`);
      const possible = await page
        .getByRole('navigation', { name: 'Split' })
        .getByRole('link')
        .allTextContents();
      for (const text of possible) {
        const by = text.toLowerCase() as keyof typeof dimensions | 'kind';
        if (by === 'kind' || text === 'Session') continue;
        await stage.go(`/?${range}&tz=UTC&compare=off&metric=${metric}&by=${by}`);
        const name = dimensions[by];
        const asked = metric === 'calls' && by === 'tool' ? 'tool_calls' : field;
        const rows = await stage.usage(`${range}&group_by=${name}&figures=${asked}`);
        const expected = rows
          .filter((row) => Number(row[asked] ?? 0) > 0)
          .map((row) => [row[name] ?? '(none)', format(Number(row[asked]))]);
        expect([metric, by, await partsOf(page)]).toEqual([
          metric,
          by,
          Object.fromEntries(expected),
        ]);
        shown++;
      }
    }
    expect(shown).toBeGreaterThan(15);
    for (const [metric, field] of [
      ['time', 'time'],
      ['first_token', 'time_to_first_token'],
    ] as const) {
      const page = await stage.go(`/?${range}&tz=UTC&compare=off&metric=${metric}`);
      const rows = await stage.usage(`${range}&group_by=model&order_by=assistant_messages`);
      expect(await page.locator('.key tbody td').allTextContents()).toEqual(
        rows
          .filter(({ model }) => model !== null)
          .flatMap((row) => [50, 95, 99].map((p) => seconds(Number(row[`${field}_p${p}`])))),
      );
    }
  });

  test('narrows the range by a drag and by keys, and Back undoes it', async () => {
    const page = await stage.open('/?range=28d');
    const chart = page.locator('.split-chart .chart');
    const box = await chart.boundingBox();
    if (box === null) throw new Error('Expected a chart.');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 80, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=/);
    const days = (search: URLSearchParams) =>
      (Date.parse(search.get('to') ?? '') - Date.parse(search.get('from') ?? '')) / 86_400_000;
    const dragged = days(new URL(page.url()).searchParams);
    expect(dragged).toBeGreaterThan(3);
    expect(dragged).toBeLessThan(9);
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has('from'));
    await stage.settled();
    await chart.focus();
    for (const key of ['End', 'ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Enter'])
      await page.keyboard.press(key);
    await page.waitForURL(/from=/);
    expect(days(new URL(page.url()).searchParams)).toBeCloseTo(3, 0);
  });

  test('has round values on the axis of tokens, with all of their digits', async () => {
    const page = await stage.open('/?metric=tokens');
    const ticks = await page.locator('.split-chart .tick.end').allTextContents();
    expect(ticks.length).toBeGreaterThan(2);
    for (const tick of ticks) expect(tick).toMatch(/^(\d{1,3}(\.\d)?[KM]?|\d,\d{3})$/);
    // Of a tool without calls, the axis ends at one call and has no half.
    await stage.go('/tools/unknown');
    const calls = page.getByRole('group', { name: /^Calls, failed and not/ });
    expect(await calls.locator('.tick.end').allTextContents()).toEqual(['0', '1']);
  });

  test('loads Overview with at most six files and six requests, and has a shape before its script', async () => {
    const page = await stage.open('/settings');
    const gate = new EventEmitter();
    const held = once(gate, 'open');
    const script = /assets\/base-/;
    await page.route(script, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto('/', { waitUntil: 'commit' });
    await page.getByText('Runfold', { exact: true }).waitFor();
    await page.locator('main .shape-tiles').waitFor();
    gate.emit('open');
    await stage.settled();
    await page.unroute(script);
    const asked = await page.evaluate<readonly string[]>(
      `performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)`,
    );
    const answers = asked.filter((path) => path.startsWith('/v1/'));
    expect(answers.sort()).toEqual([
      ...['/v1/sessions', '/v1/status'],
      ...['/v1/usage', '/v1/usage', '/v1/usage', '/v1/usage'],
    ]);
    // The document is not among them.
    expect(asked.length - answers.length + 1).toBeLessThanOrEqual(6);
  });

  test('keeps the hidden parts, the figure and the split in the address', async () => {
    const page = await stage.open('/');
    await page.getByRole('link', { name: 'Tokens', exact: true }).click();
    await page.getByRole('link', { name: 'Agent', exact: true }).click();
    await stage.settled();
    await page.locator('.key .part', { hasText: 'writer' }).click({ modifiers: ['Control'] });
    await page.waitForURL((url) => url.search === '?metric=tokens&by=agent&hide=writer');
    await page.reload();
    await stage.settled();
    const hidden = page.locator('.key .part[aria-pressed="false"]');
    expect(await hidden.allTextContents()).toEqual(['writer']);
  });

  test('counts among the others also those that are too many to be read one by one', async () => {
    const users = 60;
    // In the week before, others had the most.
    const work = [1, 8].flatMap((day) =>
      Array.from({ length: users }, (_, index) => ({
        id: `many-${day}-${index}`,
        run_id: `many-${index}`,
        session_id: `many-${index}`,
        user_id: `many-${index}`,
        type: 'message',
        role: 'assistant',
        model: 'model-a',
        occurred_at: `2024-06-0${day}T12:00:00Z`,
        metrics: { input_tokens: 10, cost: (day === 8 ? index + 1 : users - index) / 100 },
      })),
    );
    await stage.send(work);
    const page = await stage.open(
      '/?from=2024-06-08T00:00:00Z&to=2024-06-09T00:00:00Z&tz=UTC&by=user',
    );
    const total = page.locator('.key tfoot');
    // 0.01 + 0.02 + … + 0.60 of which the seven greatest are 0.54 + … + 0.60.
    await total.filter({ hasText: 'Total$18.30' }).waitFor();
    expect(await tile(page, 'Cost').textContent()).toBe('$18.30');
    expect((await partsOf(page)).others).toBe('$14.31');
    const [head = [], ...bars] = await csvOf(page, 'Cost by user');
    expect(head.at(-1)).toBe('others');
    expect(bars.flatMap((bar) => bar.at(-1) || [])).toEqual(['14.31']);
    // Each of them has a trend.
    await stage.go('/users?from=2024-06-08T00:00:00Z&to=2024-06-09T00:00:00Z&tz=UTC');
    const rows = page.locator('table.data tbody tr');
    await expect.poll(() => rows.count()).toBe(users);
    await expect.poll(() => rows.locator('.spark').count()).toBe(users);
    await page.goBack();
    // Without the whole, the sum is not called the total.
    await page.route(
      /\/v1\/usage\?(?!.*group_by)(?=.*figures=cost%2Cunpriced_messages(&|$))/,
      (route) => route.abort(),
    );
    await page.reload();
    await total.filter({ hasText: 'The 50 with the most$17.75' }).waitFor();
    await page.unrouteAll();
  });

  test('says of a cost that messages without a price are missing from it', async () => {
    const at = '2025-01-10T12:00:00Z';
    await stage.send(
      [undefined, 0.25].map((cost, index) => ({
        id: `unpriced-${index}`,
        run_id: 'unpriced',
        session_id: 'unpriced',
        user_id: 'unpriced-user',
        agent_id: 'unpriced-agent',
        team_id: 'unpriced-team',
        type: 'message',
        role: 'assistant',
        model: 'house-model',
        occurred_at: at,
        metrics: { input_tokens: 10, output_tokens: 1, ...(cost === undefined ? {} : { cost }) },
      })),
    );
    const range = 'from=2025-01-09T00:00:00Z&to=2025-01-12T00:00:00Z&tz=UTC&compare=off';
    const page = await stage.open(`/?${range}`);
    expect(await tile(page, 'Cost').textContent()).toBe('≥ $0.2500');
    expect(await tile(page, 'Cost').getAttribute('title')).toBe(
      '$0.25, and 1 message without a price',
    );
    expect(await page.locator('.key tfoot td').first().textContent()).toBe('≥ $0.2500');
    // Also where nothing is known of a part, so that it has no bar.
    await stage.send(
      ['house-model', 'unknown-model'].map((model, index) => ({
        id: `part-${index}`,
        run_id: 'part',
        session_id: 'part',
        type: 'message',
        role: 'assistant',
        model,
        occurred_at: '2024-12-10T12:00:00Z',
        metrics: { input_tokens: 10, ...(index === 0 ? { cost: 100_000.25 } : {}) },
      })),
    );
    await stage.go('/?from=2024-12-10T00:00:00Z&to=2024-12-12T00:00:00Z&tz=UTC&compare=off');
    expect(await page.locator('.key tfoot td').first().textContent()).toBe('≥ $100,000.25');
    expect(await page.locator('.split-chart .tick.end').allTextContents()).toEqual([
      ...['0', '$50K', '$100K'],
    ]);
    // A sum of money is not cut off.
    const cost = tile(page, 'Cost');
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      const excess = await cost.evaluate((one) => {
        const { scrollWidth, clientWidth } = one as { scrollWidth: number; clientWidth: number };
        return scrollWidth - clientWidth;
      });
      expect([width, excess]).toEqual([width, 0]);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    for (const path of [
      '/sessions',
      '/runs',
      '/agents',
      '/models',
      '/users',
      '/teams',
      '/sessions/unpriced',
      '/runs/unpriced',
    ]) {
      await stage.go(`${path}?${range}`);
      // Except for axes, and for steps with their own price, each cost here is such a sum.
      const text = await page.evaluate<string>(`(() => {
        const main = document.querySelector('main').cloneNode(true);
        for (const other of main.querySelectorAll('svg, .steps')) other.remove();
        return main.textContent;
      })()`);
      expect([path, text]).toEqual([path, expect.stringContaining('≥ $0.2500')]);
      expect([path, text]).toEqual([path, expect.not.stringMatching(/(?<!≥ )\$0\.25/)]);
    }
  });
}
