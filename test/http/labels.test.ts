import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, type RunfoldClient, type TailMessage } from '#runfold/client.js';
import { createReads, type Reads } from '#runfold/query/reads/reads.js';
import { createProject } from '#runfold/store/projects.js';
import { fastestTier } from '../../harness/tiers.js';
import { jsonOf, openTestService, type TestService } from './http-service.js';

const day = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
const duck = 'Ünïcødé 🦆 & "more"';
let at = 0;
const message = (session_id: string, run_id: string, cost: number, labels?: object) => ({
  type: 'message' as const,
  role: 'assistant' as const,
  session_id,
  run_id,
  model: cost > 2 ? 'large' : 'small',
  occurred_at: new Date(Date.UTC(2026, 2, 1, 10, 0, at++)).toISOString(),
  metrics: { cost },
  ...(labels === undefined ? {} : { labels: { ...labels } }),
});
const events = [
  message('s-1', 'r-1', 1, { customer: 'acme', feature: 'chat' }),
  message('s-1', 'r-2', 2, { customer: 'acme', feature: 'search' }),
  message('s-2', 'r-3', 4, { customer: duck }),
  message('s-3', 'r-4', 8),
  {
    ...message('s-1', 'r-1', 16, { customer: 'acme' }),
    type: 'tool_call' as const,
    tool_name: 'search',
    role: undefined,
  },
];

describe('labels', () => {
  let service: TestService;
  let client: RunfoldClient;
  let here: Reads;
  let headers: Readonly<Record<string, string>>;
  beforeAll(async () => {
    service = await openTestService(fastestTier(), { limits: { tail_poll_ms: 20 } });
    ({ headers } = await service.key(1, ['ingest', 'read']));
    const key = String(headers.authorization).slice('Bearer '.length);
    client = createClient({ url: service.http.url, key });
    here = createReads(service.home.tier.database, 1);
    expect(await client.emit(events as never, { wait: true })).toMatchObject({
      accepted: 5,
      folded: true,
    });
  });
  afterAll(() => service.close());
  const ask = async (path: string) => {
    const answer = await service.fetch(path, { headers });
    return { status: answer.status, body: await jsonOf(answer) };
  };

  test('are in what lists of the log show', async () => {
    for (const reads of [here, client]) {
      const { items } = await reads.listEvents({ session_id: 's-1' });
      expect(items.map(({ labels }) => labels)).toEqual([
        { customer: 'acme', feature: 'chat' },
        { customer: 'acme', feature: 'search' },
        { customer: 'acme' },
      ]);
      expect((await reads.listMessages({ run_id: 'r-4' })).items[0]?.labels).toBeNull();
    }
  });

  test('are listed with their values, page by page', async () => {
    const quarter = '2026-03-01T10:00:00.000Z';
    const values = (names: readonly string[]) =>
      names.map((value) => ({ value, last_used_at: quarter }));
    for (const reads of [here, client]) {
      const label = (name: string, of: readonly string[], has_more_values = false) => ({
        name,
        values: of,
        has_more_values,
        last_used_at: quarter,
      });
      expect(await reads.listLabels()).toEqual({
        items: [label('customer', ['acme', duck]), label('feature', ['chat', 'search'])],
      });
      const first = await reads.listLabels({ limit: 1, values: 1 });
      expect(first.items).toEqual([label('customer', ['acme'], true)]);
      const rest = await reads.listLabels({ limit: 1, values: 0, cursor: first.next_cursor });
      expect(rest).toEqual({ items: [label('feature', [], true)] });
      const of = await reads.listLabelValues({ name: 'customer', limit: 1 });
      expect(of.items).toEqual(values(['acme']));
      const { next_cursor: cursor } = of;
      const more = await reads.listLabelValues({ name: 'customer', limit: 1, cursor });
      expect(more).toEqual({ items: values([duck]) });
      const begun = await reads.listLabelValues({ name: 'feature', prefix: 'se' });
      expect(begun.items).toEqual(values(['search']));
      expect((await reads.listLabelValues({ name: 'none' })).items).toEqual([]);
    }
    const { id } = await createProject(service.home.tier.database, { name: 'other' });
    const { headers: strangers } = await service.key(id, ['read']);
    const theirs = await service.fetch('/v1/labels', { headers: strangers });
    expect(await jsonOf(theirs)).toEqual({ items: [] });
    expect((await ask('/v1/labels/Customer/values')).status).toBe(400);
  });

  test('are on runs, in trees and on their steps', async () => {
    for (const reads of [here, client]) {
      const labels = { customer: 'acme', feature: 'chat' };
      expect(await reads.getRun({ run_id: 'r-1' })).toMatchObject({ labels });
      expect((await reads.listRuns({ session_id: 's-1' })).items.at(-1)).toMatchObject({ labels });
      expect(await reads.getRunTree({ run_id: 'r-1' })).toMatchObject({ run: { labels } });
      expect((await reads.listRunSteps({ run_id: 'r-1' }))?.items).toMatchObject([
        { type: 'message', labels },
        { type: 'tool_call', labels: { customer: 'acme' } },
      ]);
      expect(await reads.getRun({ run_id: 'r-4' })).toMatchObject({ labels: null });
    }
  });

  test('narrow lists of runs and sessions, and page on', async () => {
    for (const reads of [here, client]) {
      const runs = async (labels: Record<string, string | string[]>) =>
        (await reads.listRuns({ labels })).items.map(({ run_id }) => run_id);
      expect(await runs({ customer: 'acme' })).toEqual(['r-2', 'r-1']);
      expect(await runs({ customer: ['acme', duck] })).toEqual(['r-3', 'r-2', 'r-1']);
      expect(await runs({ customer: 'acme', feature: 'search' })).toEqual(['r-2']);
      expect(await runs({ customer: duck })).toEqual(['r-3']);
      expect(await runs({ feature: 'none' })).toEqual([]);
      const sessions = await reads.listSessions({ labels: { customer: 'acme', feature: 'chat' } });
      expect(sessions.items.map(({ session_id }) => session_id)).toEqual(['s-1']);

      const first = await reads.listRuns({ labels: { customer: 'acme' }, limit: 1 });
      const { next_cursor: cursor } = first;
      const next = await reads.listRuns({ labels: { customer: 'acme' }, limit: 1, cursor });
      expect([...first.items, ...next.items].map(({ run_id }) => run_id)).toEqual(['r-2', 'r-1']);
      await expect(reads.listRuns({ labels: { customer: duck }, cursor })).rejects.toMatchObject({
        code: 'invalid_cursor',
      });
    }
    const found = await ask(`/v1/runs?label.customer=${encodeURIComponent(duck)}`);
    expect(found.body).toMatchObject({ items: [{ run_id: 'r-3' }] });
  });

  test('group and narrow usage, each event once for each label that it has', async () => {
    for (const reads of [here, client]) {
      const byCustomer = await reads.getUsage({ ...day, group_by: ['label:customer'] });
      expect(
        byCustomer.rows.map((row) => [row['label:customer'], row.cost, row.tool_calls, row.runs]),
      ).toEqual([
        ['acme', 19, 1, 0],
        [duck, 4, 0, 0],
      ]);
      const byModel = await reads.getUsage({
        ...day,
        group_by: ['label:customer', 'model'],
        figures: ['cost', 'assistant_messages'],
        filters: { 'label:customer': 'acme' },
      });
      expect(byModel.rows).toMatchObject([
        { 'label:customer': 'acme', model: null, cost: 16, assistant_messages: 0 },
        { 'label:customer': 'acme', model: 'small', cost: 3, assistant_messages: 2 },
      ]);
    }
    const { body } = await ask(
      `/v1/usage?from=${day.from}&to=${day.to}&group_by=model&label.feature=chat&figures=cost`,
    );
    expect(body).toMatchObject({ rows: [{ model: 'small', cost: 1 }] });
    const csv = await service.fetch(
      `/v1/usage?from=${day.from}&to=${day.to}&group_by=label:customer&figures=cost&format=csv`,
      { headers },
    );
    expect(await csv.text()).toBe(
      `bucket_start,bucket_local,label:customer,cost\r\n,,acme,19\r\n,,"Ünïcødé 🦆 & ""more""",4\r\n`,
    );
  });

  test('that no totals keep together are refused with those that are kept', async () => {
    const together = expect.stringMatching(
      /user_id, agent_id, .*; or any of label:\*, provider, model/,
    );
    for (const group_by of [
      'label:customer,user_id',
      'label:customer,label:feature',
      'label:customer,tool_name',
    ]) {
      const { status, body } = await ask(`/v1/usage?from=${day.from}&group_by=${group_by}`);
      expect({ status, body }).toMatchObject({
        status: 400,
        body: {
          faults: [
            {
              field: 'group_by',
              expected: together,
              got: expect.stringContaining('label:customer'),
            },
          ],
        },
      });
    }
    const other = { 'label:customer': 'acme' };
    await expect(
      here.getUsage({ ...day, group_by: ['label:feature'], filters: other }),
    ).rejects.toThrow(/label:\*, provider, model/);
    await expect(here.getUsage({ ...day, group_by: ['label:A' as never] })).rejects.toThrow(
      /a-z, 0-9/,
    );
    await expect(
      here.getUsage({ ...day, filters: { 'label:customer': null } as never }),
    ).rejects.toThrow(/events without the label are not counted/);
    await expect(
      here.getUsage({ ...day, group_by: ['label:customer'], figures: ['time_p50'] }),
    ).rejects.toThrow(/kept by label:customer/);
  });

  test.each([
    ['/v1/runs?label.Customer=acme', 'label.Customer', 'no such parameter'],
    ['/v1/runs?label.__proto__=acme', 'label.__proto__', 'no such parameter'],
    ['/v1/runs?label=acme', 'label', 'label.NAME=VALUE'],
    ['/v1/runs?label.customer=', 'label.customer', 'a string of 1 to 200 characters'],
    ['/v1/messages?label.customer=acme', 'label', 'no such parameter'],
    [`/v1/usage?from=${day.from}&group_by=label:Customer`, 'group_by', 'label:NAME'],
  ])('%s is refused', async (path, field, expected) => {
    const { status, body } = await ask(path);
    expect(status).toBe(400);
    expect((body as { faults: { field: string; expected: string }[] }).faults).toContainEqual(
      expect.objectContaining({
        field: expect.stringContaining(field),
        expected: expect.stringContaining(expected),
      }),
    );
  });

  test('are a dimension that agents ask for', async () => {
    const mcp = new Client({ name: 'test', version: '1' });
    await mcp.connect(
      new StreamableHTTPClientTransport(new URL(`${service.http.url}/mcp`), {
        requestInit: { headers: { ...headers } },
      }),
    );
    const call = async (name: string, args: Record<string, unknown>) => {
      const { content } = await mcp.callTool({ name, arguments: args });
      const [first] = content;
      return first?.type === 'text' ? first.text : '';
    };
    const usage = await call('usage', {
      ...day,
      group_by: ['label:customer'],
      labels: { customer: duck },
    });
    expect(JSON.parse(usage)).toMatchObject({ rows: [{ 'label:customer': duck, cost: 4 }] });
    const runs = await call('runs', { ...day, labels: { feature: 'chat' } });
    expect(JSON.parse(runs)).toMatchObject({ runs: [{ run_id: 'r-1' }] });
    expect(await call('usage', { ...day, group_by: ['label:customer', 'user_id'] })).toContain(
      'label:*',
    );
    expect(JSON.parse(await call('labels', {}))).toMatchObject({
      labels: [{ name: 'customer', values: ['acme', duck] }, { name: 'feature' }],
    });
    expect(JSON.parse(await call('labels', { label: 'feature', prefix: 'c' }))).toMatchObject({
      values: [{ value: 'chat' }],
    });
    await mcp.close();
  });

  test('narrow the tail to events that carry them and the runs that these change', async () => {
    const ended = new AbortController();
    const seen: TailMessage[] = [];
    const following = (async () => {
      for await (const item of client.tail({ labels: { customer: duck }, signal: ended.signal })) {
        seen.push(item);
        if (seen.length === 2) ended.abort();
      }
    })().finally(() => ended.abort());
    // Events from before the stream begins are not new to it, so they are sent again under other
    // ids.
    for (let round = 0; !ended.signal.aborted; round++) {
      await client.emit(
        [
          { ...message('s-9', 'r-8', 1, { customer: 'acme' }), id: `a-${round}` },
          { ...message('s-9', 'r-9', 1, { customer: duck }), id: `b-${round}` },
        ],
        { wait: true },
      );
    }
    await following;
    expect(seen).toMatchObject([
      { type: 'event', event: { run_id: 'r-9', labels: { customer: duck } } },
      {},
    ]);
    expect(JSON.stringify(seen)).not.toContain('r-8');
  });
});
