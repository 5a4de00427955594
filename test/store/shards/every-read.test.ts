import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { toReject } from '#runfold/append/reject.js';
import { writeBatch } from '#runfold/append/write-batch.js';
import { openEventWriter } from '#runfold/append/writer/event-writer.js';
import { spanFlags } from '#runfold/otlp/spans/span-item.js';
import { spanKinds } from '#runfold/otlp/tables/span-kinds.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { projections } from '#runfold/projections/projections.js';
import { listProjects } from '#runfold/query/list-projects.js';
import type { ListEventsOptions } from '#runfold/query/log/events.js';
import type { ListMessagesOptions } from '#runfold/query/log/messages.js';
import type { ListToolCallsOptions } from '#runfold/query/log/tool-calls.js';
import type { InProject, Reads } from '#runfold/query/reads/reads.js';
import { createReads } from '#runfold/query/reads/reads.js';
import type { ListRunsOptions } from '#runfold/query/totals/runs.js';
import type { ListSessionsOptions } from '#runfold/query/totals/sessions.js';
import { usageDimensions } from '#runfold/query/usage/usage-sources.js';
import { waitUntilFolded } from '#runfold/query/wait-until-folded.js';
import { projectState } from '#runfold/store/projects.js';
import type { ProjectSpan } from '#runfold/worker/spans/inbox.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { createCitusStore } from '../../../harness/citus-cluster.js';
import { describeWithCitus } from '../../../harness/citus-store.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { createDividedDatabase } from '../../../harness/divided-store.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

/** Sessions of several users, agents, teams and models, runs below runs of other sessions, failures and corrections. */
const events = sampleEvents(480).flatMap((event, at) => {
  const run = at >> 3;
  const named = {
    ...event,
    user_id: `user-${at % 5}`,
    ...(run % 3 === 0 ? { team_id: `team-${run % 2}` } : {}),
    ...(run % 4 === 0 ? { workflow_id: 'flow' } : {}),
    ...(run % 7 === 5 ? { parent_run_id: `sample-run-${run - 5}` } : {}),
    ...(at % 3 === 0
      ? {}
      : { labels: { customer: `c-${run % 3}`, stage: run % 2 ? 'live' : 'test' } }),
    ...(event.type === 'message'
      ? { model: `model-${run % 3}`, provider: `provider-${run % 2}` }
      : {}),
    ...(event.type === 'run' && run % 6 === 1 ? { status: 'error' } : {}),
  };
  if (event.type === 'run' && run % 5 === 2) return [];
  if (event.type !== 'message' || at % 16 !== 1) return [named];
  return [
    named,
    { ...named, id: `${event.id}-c`, corrects: event.id, metrics: { output_tokens: 3 } },
  ];
});
const session_id = 'sample-session-3';
const run_id = 'sample-run-13';
const [from, to] = ['2026-02-02T02:40:20Z', '2026-02-02T02:41:30Z'];

/** A job of which every second item is no event. */
const halfRejected = {
  v: 1,
  project: 1,
  events: sampleEvents(26, 'refused').map((event, at) => (at % 2 === 1 ? { id: at } : event)),
};
const rejects = [1, 3].map((position) => {
  const place = { job_id: 'refused', project: 1, position, code: '', message: '' };
  return toReject({ ...place, payload: null }).id;
});

/** Spans of a run below one that has not arrived. */
const waiting = [spanKinds.model, spanKinds.tool].map(
  (kind, at): ProjectSpan => ({
    project: 1,
    trace: 'ab'.repeat(16),
    span: `${at + 2}`.repeat(16),
    parent: '1'.repeat(16),
    kind,
    flags: kind === spanKinds.model ? spanFlags.metered : 0,
    own: { run: run_id },
    event: {
      occurred_at: from,
      ...(kind === spanKinds.model
        ? { type: 'message', role: 'assistant', model: 'model-1', metrics: { input_tokens: 7 } }
        : { type: 'tool_call', tool_name: 'search' }),
    },
  }),
);

/** Some values of each option of a list, so that one that is added must be asked for here. */
type Values<Options> = {
  readonly [Name in keyof Required<InProject<Options>>]: readonly unknown[];
};
const page = { from: [from], to: [to], limit: [], cursor: [] };
const totals = {
  ...page,
  user_id: ['user-2', ['user-1', 'user-3'], 'nobody'],
  agent_id: ['agent-1', ['agent-0', 'agent-2']],
  team_id: ['team-1', ['team-0', 'team-1']],
  workflow_id: ['flow'],
  model: ['model-1', ['model-0', 'model-2']],
  provider: ['provider-1'],
  id_prefix: ['sample-run-1', 'sample-session-1'],
  failed: [true, false],
  labels: [{ customer: 'c-1' }, { customer: ['c-0', 'c-2'], stage: 'live' }],
  min_cost: [0.001, 0.01],
};
const ofRuns: Values<ListRunsOptions> = {
  ...totals,
  session_id: [session_id, [session_id, 'sample-session-4']],
  parent_run_id: ['sample-run-7', ['sample-run-0', 'sample-run-14']],
  status: ['error', ['completed', 'error']],
  ended: [true, false],
  order_by: ['cost', 'total_tokens', 'tool_errors', 'tool_calls', 'run_time'],
};
const ofSessions: Values<ListSessionsOptions> = {
  ...totals,
  order_by: ['cost', 'total_tokens', 'tool_errors', 'tool_calls', 'runs', 'run_time'],
};
const log = { ...page, session_id: [session_id], run_id: [run_id] };
const ofEvents: Values<ListEventsOptions> = {
  ...log,
  type: ['message', 'tool_call', 'run'],
  corrects: ['sample-17'],
};
const ofMessages: Values<ListMessagesOptions> = {
  ...log,
  role: ['user', 'assistant'],
  model: ['model-1'],
  failed: [true, false],
};
const ofCalls: Values<ListToolCallsOptions> = {
  ...log,
  tool_name: ['search', 'another'],
  failed: [true, false],
  newest: [false],
};

type Ask = (reads: Reads) => Promise<unknown>;
interface Answer {
  readonly items: readonly unknown[];
  readonly next_cursor?: string | undefined;
}

/** All pages of a list. */
async function pagesOf(list: (options: object) => Promise<Answer | undefined>, options: object) {
  const items: unknown[] = [];
  let cursor: string | undefined;
  do {
    const found = await list({ limit: 11, ...options, cursor });
    items.push(...(found?.items ?? []));
    cursor = found?.next_cursor;
  } while (cursor !== undefined);
  return items;
}

/** A list by each value of each option, with others beside it. */
function lists(
  name: keyof Reads,
  values: Readonly<Record<string, readonly unknown[]>>,
  beside: readonly object[] = [{}],
) {
  const options = [
    {},
    ...Object.entries(values).flatMap(([key, all]) => all.map((value) => ({ [key]: value }))),
  ];
  return options.flatMap((one) =>
    beside.map((more): [string, Ask] => [
      JSON.stringify({ ...one, ...more }),
      (reads) => pagesOf(reads[name] as never, { ...one, ...more }),
    ]),
  );
}
const one = (...asks: readonly Ask[]) => asks.map((ask, at): [string, Ask] => [String(at), ask]);
const metrics = { from: '2026-02-01T00:00:00Z', to: '2026-02-04T00:00:00Z' };
const someValues: Readonly<Record<string, readonly unknown[]>> = {
  agent_id: ['agent-1', ['agent-0', 'agent-2']],
  provider: ['provider-1'],
  model: ['model-1', ['model-0', 'model-2']],
  tool_name: ['search'],
  team_id: ['team-1'],
  workflow_id: ['flow', 'nothing'],
  user_id: ['user-2', ['user-1', 'user-3'], 'nobody'],
  'label:customer': ['c-1', ['c-0', 'c-2']],
};
/** Usage of some values of each dimension, and by each other option. */
const usages = [
  ...[...usageDimensions, 'label:customer'].flatMap((dimension) =>
    (someValues[dimension] ?? []).flatMap((value) => {
      const filters = { [dimension]: value };
      return [{ filters }, { filters, group_by: [dimension], bucket: 'day' }];
    }),
  ),
  { filters: { user_id: 'user-2', model: 'model-1' }, group_by: ['agent_id'] },
  { group_by: ['user_id'], top: 2, order_by: 'runs', bucket: 'hour' },
  { group_by: ['model'], top: 1, order_by: 'output_tokens', bucket: '15m', fill: false },
  { group_by: ['agent_id', 'tool_name'], time_zone: 'Asia/Kolkata', bucket: 'week' },
  { figures: ['cost', 'runs'], bucket: 'month', time_zone: 'America/New_York' },
  { group_by: ['label:customer'], before_from: '2026-01-01T00:00:00Z', before_to: metrics.to },
] as Partial<Parameters<Reads['getUsage']>[0]>[];

const asked: { readonly [Read in keyof Reads]: readonly (readonly [string, Ask])[] } = {
  getRun: one(
    (reads) => reads.getRun({ session_id, run_id }),
    (reads) => reads.getRun({ run_id }),
    (reads) => reads.getRun({ run_id: 'nothing' }),
  ),
  listRuns: lists('listRuns', ofRuns, [{}, { user_id: 'user-2' }, { order_by: 'cost' }]),
  getRunTree: one(
    (reads) => reads.getRunTree({ run_id: 'sample-run-0' }),
    (reads) => reads.getRunTree({ session_id: 'sample-session-0', run_id: 'sample-run-0' }),
    (reads) => reads.getRunTree({ run_id: 'sample-run-5' }),
  ),
  listRunSteps: lists('listRunSteps', { subtree: [true, false] }, [
    { run_id: 'sample-run-0' },
    { run_id, session_id },
  ]),
  getRunMetrics: one((reads) => reads.getRunMetrics({ run_id })),
  getAgno2RunMetrics: one((reads) => reads.getAgno2RunMetrics({ run_id })),
  getSession: one(
    (reads) => reads.getSession({ session_id }),
    (reads) => reads.getSession({ session_id: 'nothing' }),
  ),
  listSessions: lists('listSessions', ofSessions, [
    {},
    { user_id: 'user-2' },
    { order_by: 'cost' },
  ]),
  getSessionMetrics: one((reads) => reads.getSessionMetrics({ session_id })),
  getAgno2SessionMetrics: one((reads) => reads.getAgno2SessionMetrics({ session_id })),
  listWaitingSpans: one(
    (reads) => reads.listWaitingSpans(),
    (reads) => reads.listWaitingSpans({ limit: 1 }),
  ),
  listMessages: lists('listMessages', ofMessages, [{ session_id }, { run_id }]),
  listToolCalls: [
    ...lists('listToolCalls', ofCalls, [{ session_id }, { run_id }]),
    ...one((reads) => reads.listToolCalls({ tool_name: 'search', newest: true, limit: 50 })),
  ],
  listEvents: lists('listEvents', ofEvents, [{}, { session_id }, { run_id }]),
  getUsage: [
    ...usages,
    ...[...usageDimensions, 'label:customer' as const].flatMap((dimension) =>
      (['hour', 'day', 'month'] as const).map((bucket) => ({ bucket, group_by: [dimension] })),
    ),
  ].map((options): [string, Ask] => [
    JSON.stringify(options),
    (reads) => reads.getUsage({ ...metrics, ...options }),
  ]),
  listLabels: lists('listLabels', {}),
  listLabelValues: lists('listLabelValues', { prefix: ['c-'] }, [
    { name: 'customer' },
    { name: 'none' },
  ]),
  find: one(
    (reads) => reads.find({ q: 'sample' }),
    (reads) => reads.find({ q: 'user-' }),
  ),
  listRejects: lists('listRejects', { ...page, code: ['invalid_event', 'another'] }),
  getReject: one(
    ...['1', ...rejects].map(
      (id): Ask =>
        (reads) =>
          reads.getReject({ id }),
    ),
  ),
};

/** What each store decides by itself: when it took an event. */
const own = /"(recorded_at|received_at|waiting_since|due_at|next_cursor)":"[^"]*"/g;
const textOf = (answer: unknown) => JSON.stringify(answer ?? null).replaceAll(own, '"$1":""');

const stores = [
  [
    'in partitions',
    describeWithPostgres,
    async () => {
      const { home, database } = await createDividedDatabase();
      return {
        database,
        drop: async () => {
          await database.close();
          await home.drop();
        },
      };
    },
  ],
  ['on Citus', describeWithCitus, () => createCitusStore({ stripes: 5 })],
] as const;

for (const [name, describeStore, open] of stores) {
  describeStore(`every read of a store ${name}`, () => {
    let divided: { readonly database: Database; drop(): Promise<void> };
    let home: TestDatabase;
    let whole: Database;
    beforeAll(async () => {
      divided = await open();
      home = await createTestDatabase();
      whole = openDatabase(home.url, { max: 4 });
      for (const database of [divided.database, whole]) {
        await foldEvents(database, events);
        await foldEvents(database, sampleEvents(40, 'other'), 2);
        const { run } = openEventWriter(database, projections);
        await writeBatch(run, [decodeJob('refused', JSON.parse(JSON.stringify(halfRejected)))]);
        await openSpanInbox({ database }).take('spans', waiting, []);
      }
    });
    afterAll(async () => {
      await whole?.close();
      await home?.drop();
      await divided?.drop();
    });

    test.each(Object.keys(asked) as (keyof Reads)[])(
      'answers as one that is whole: %s',
      async (read) => {
        const reads = [divided.database, whole].map((database) => createReads(database));
        let answers = 0;
        for (const [options, ask] of asked[read]) {
          const [ofDivided, ofWhole] = await Promise.all(
            reads.map(async (of) => textOf(await ask(of))),
          );
          expect(JSON.parse(ofDivided ?? ''), options).toEqual(JSON.parse(ofWhole ?? ''));
          if (!/^(null|\[\]|\{"items":\[\].*)$/.test(ofWhole ?? '')) answers += 1;
        }
        expect(answers, `${read} finds something`).toBeGreaterThan(0);
      },
    );

    test('knows its projects, and which events it has', async () => {
      const [ofDivided, ofWhole] = await Promise.all(
        [divided.database, whole].map((one) => listProjects(one)),
      );
      const named = (all: typeof ofWhole) => all?.map(({ id, name }) => [id, name]);
      expect(named(ofDivided)).toEqual(named(ofWhole));
      expect(ofWhole?.map(({ id }) => id)).toEqual([1, 2]);
      const states = [1, 2, 3].map((id) => projectState(divided.database, id));
      expect(await Promise.all(states)).toEqual(['created', 'used', 'unknown']);
      const keys = events.slice(0, 60).map((event) => ({
        project: 1,
        id: String(event.id),
        session_id: event.session_id ?? '',
      }));
      await waitUntilFolded(divided.database, keys);
      const missing = [...keys, { project: 1, id: 'missing', session_id }];
      await expect(waitUntilFolded(divided.database, missing, { timeout_ms: 100 })).rejects.toThrow(
        '1 events are not in the log',
      );
    });
  });
}
