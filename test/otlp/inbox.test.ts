import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { readSpans } from '#runfold/otlp/read-body.js';
import { type SpanItem, spanFlags } from '#runfold/otlp/spans/span-item.js';
import { spanKinds } from '#runfold/otlp/tables/span-kinds.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { forgetSpans } from '#runfold/worker/spans/sweep-spans.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { countSteps, killedAt } from '../../harness/killed-database.js';
import { readCaptures } from '../../harness/otlp/captures.js';
import { createMemoryInbox } from '../../harness/otlp/memory-inbox.js';
import { randomNumbers } from '../../harness/random-numbers.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { shuffled } from './otlp-requests.js';

/** Random orders on the real tables: a few in the suite, OTLP_TABLE_RUNS=400 by hand. */
const runs = Number(process.env.OTLP_TABLE_RUNS ?? 3);
const options = { nowUs: 1_796_000_000_000_000, mostDays: 0, keepsErrorText: false };

/** The spans of every capture, each once. */
const spans = [
  ...new Map(
    readCaptures()
      .flatMap(({ requests }) => requests)
      .filter(({ path }) => path === '/v1/traces')
      .flatMap(({ body }) => [...readSpans(Buffer.from(JSON.stringify(body)), 'json', options)])
      .flatMap((one) => ('item' in one ? [one.item] : []))
      .map((item) => [`${item.trace}/${item.span}`, item]),
  ).values(),
];
const whole = (items: readonly SpanItem[]) => {
  const inbox = createMemoryInbox();
  inbox.add(items);
  inbox.endWait();
  return inbox.events;
};

/** The figures on which the log and the model in memory must agree, wherever a span belongs. */
const figureOf = (event: MetricEvent) => ({
  id: event.id,
  type: event.type,
  model: event.model ?? null,
  tool_name: ('tool_name' in event ? event.tool_name : undefined) ?? null,
  at: new Date(event.occurred_at).getTime(),
  input: event.metrics?.input_tokens ?? null,
  output: event.metrics?.output_tokens ?? null,
});
const placeOf = (event: MetricEvent) => ({
  id: event.id,
  session_id: event.session_id,
  run_id: event.run_id,
  parent_run_id: event.parent_run_id ?? null,
  agent_id: event.agent_id ?? null,
  user_id: event.user_id ?? null,
});
const byId = <T extends { id?: unknown }>(list: readonly T[]) =>
  [...list].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));

describeWithPostgres('the inbox of spans', () => {
  let home: TestDatabase;
  let database: Database;
  let projects = 10;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url, { max: 6 });
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });

  const logged = async (project: number) => {
    const rows = await database.query<Record<string, unknown>>(
      `select id, type, session_id, run_id, parent_run_id, agent_id, user_id, model, tool_name,
        occurred_at, json_build_object('input_tokens', input_tokens, 'output_tokens', output_tokens)
          as metrics
      from runfold.events where project = $1`,
      [project],
    );
    return byId(rows as unknown as MetricEvent[]);
  };
  const inProject = (items: readonly SpanItem[], project: number) =>
    items.map((item) => ({ ...item, project }));
  const waiting = async (project: number) => {
    const rows = await database.query<{ trace: string }>(
      `select replace(trace_id::text, '-', '') as trace from runfold_internal.otlp_trace
      where project = $1 and due_at is not null order by 1`,
      [project],
    );
    return rows.map(({ trace }) => ({ project, trace }));
  };
  const batchesOf = (random: () => number) => {
    const again = spans.filter(() => random() < 0.3);
    const batches: SpanItem[][] = [[]];
    for (const item of shuffled([...spans, ...again], random)) {
      if (random() < 0.08) batches.push([]);
      batches.at(-1)?.push(item);
    }
    return batches;
  };

  test('gives the same events in any order, repeated, by two workers at the same time', async () => {
    const wanted = byId(whole(spans));
    for (let seed = 1; seed <= runs; seed++) {
      const project = projects++;
      const batches = batchesOf(randomNumbers(seed));
      const workers = [openSpanInbox({ database }), openSpanInbox({ database })];
      let stored = 0;
      await Promise.all(
        workers.map(async (worker) => {
          for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
            const outcome = await worker.take('job', inProject(batch, project), []);
            stored += outcome.stored;
          }
        }),
      );
      expect(stored).toBe(spans.length);
      await workers[0]?.settle({ traces: await waiting(project) });
      const found = await logged(project);
      expect(found.map(placeOf)).toEqual(wanted.map(placeOf));
      expect(found.map(figureOf)).toEqual(wanted.map(figureOf));
    }
  });

  test('gives each span one event, and the places of the model in memory, when waits run out at any moment', async () => {
    const wanted = whole(spans);
    for (let seed = 1; seed <= runs; seed++) {
      const project = projects++;
      const random = randomNumbers(100 + seed);
      const inbox = openSpanInbox({ database });
      const model = createMemoryInbox();
      for (const batch of batchesOf(random)) {
        await inbox.take('job', inProject(batch, project), []);
        model.add(batch);
        const open = await waiting(project);
        const over = open.filter(() => random() < 0.3);
        if (over.length > 0) await inbox.settle({ traces: over });
        for (const { trace } of over) model.endWait(trace);
      }
      await inbox.settle({ traces: await waiting(project) });
      model.endWait();
      const found = await logged(project);
      expect(found.map(placeOf)).toEqual(byId(model.events).map(placeOf));
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      const figures = new Map(found.map((event) => [event.id, figureOf(event)]));
      // A call in two nested spans counts twice if the outer one arrived after the wait.
      for (const event of wanted) expect(figures.get(event.id)).toEqual(figureOf(event));
    }
    expect(await waiting(projects - 1)).toEqual([]);
  });

  test('goes on at the root over a parent that never came, and takes the root once', async () => {
    const project = projects++;
    const inbox = openSpanInbox({ database });
    const trace = 'ab'.repeat(16);
    const event = { occurred_at: '2026-11-20T10:00:00Z' };
    const root: SpanItem = {
      trace,
      span: '1'.repeat(16),
      kind: spanKinds.run,
      flags: 0,
      own: { session: 'session-of-the-root' },
      event: { ...event, type: 'run', status: 'completed' },
    };
    const orphan: SpanItem = {
      trace,
      span: '3'.repeat(16),
      parent: '2'.repeat(16),
      kind: spanKinds.model,
      flags: spanFlags.metered,
      event: { ...event, type: 'message', role: 'assistant', metrics: { input_tokens: 7 } },
    };
    for (const span of [root, orphan]) await inbox.take('job', inProject([span], project), []);
    await inbox.settle({ traces: await waiting(project) });
    await inbox.take('job', inProject([root, orphan], project), []);
    expect(
      (await logged(project)).map(({ type, session_id }) => [type, session_id]).sort(),
    ).toEqual([
      ['message', 'session-of-the-root'],
      ['run', 'session-of-the-root'],
    ]);
  });

  test('is whole after a kill at any of its steps, before or after the server did it', async () => {
    const trace = spans.filter((span) => span.trace === spans[0]?.trace);
    const wanted = byId(whole(trace));
    expect(wanted.length).toBeGreaterThan(1);
    const roots = trace.filter(({ parent }) => parent === undefined);
    const children = trace.filter((span) => !roots.includes(span));
    // All at once, which is settled before it is written; and the root after its children.
    for (const [before, last] of [
      [[], trace],
      [children, roots],
    ] as const) {
      const start = async () => {
        const project = projects++;
        if (before.length > 0) {
          await openSpanInbox({ database }).take('job', inProject(before, project), []);
        }
        return project;
      };
      const counted = await start();
      const steps = await countSteps(database, (fragile) =>
        openSpanInbox({ database: fragile }).take('job', inProject(last, counted), []),
      );
      expect(steps).toBeGreaterThan(before.length > 0 ? 8 : 5);
      for (const isDone of [false, true]) {
        for (let step = 0; step < steps; step++) {
          const project = await start();
          const doomed = openSpanInbox({ database: killedAt(database, step, isDone) });
          await expect(doomed.take('job', inProject(last, project), [])).rejects.toThrow('killed');
          // The queue redelivers the job.
          const inbox = openSpanInbox({ database });
          await inbox.take('job', inProject(last, project), []);
          await inbox.settle({ traces: await waiting(project) });
          const found = await logged(project);
          expect({ step, isDone, found: found.map(placeOf) }).toEqual({
            step,
            isDone,
            found: wanted.map(placeOf),
          });
        }
      }
    }
  });

  test('ends a wait after the time that fits what is missing, and at most a day', async () => {
    const project = projects++;
    const inbox = openSpanInbox({ database, span_wait_seconds: 600 });
    const span = (id: string, more: Partial<SpanItem>): SpanItem => ({
      trace: id.repeat(32),
      span: `${id}`.repeat(16),
      kind: 1,
      flags: 0,
      event: { type: 'message', role: 'assistant', occurred_at: '2026-11-20T10:00:00Z' },
      ...more,
    });
    const parent = 'f'.repeat(16);
    await inbox.take(
      'job',
      inProject(
        [
          span('1', { parent }),
          span('2', { parent, flags: spanFlags.remote }),
          span('3', { parent }),
          span('3', { span: '0'.repeat(15).concat('7'), kind: 0, event: undefined }),
        ],
        project,
      ),
      [],
    );
    const seconds = async () =>
      Object.fromEntries(
        (
          await database.query<{ trace: string; seconds: number }>(
            `select left(trace_id::text, 1) as trace,
              round(extract(epoch from due_at - open_since))::integer as seconds
            from runfold_internal.otlp_trace where project = $1`,
            [project],
          )
        ).map((row) => [row.trace, row.seconds]),
      );
    expect(await seconds()).toEqual({ 1: 600, 2: 60, 3: 15 });
    await database.query(
      `update runfold_internal.otlp_trace set open_since = now() - interval '23 hours 59 minutes'
      where project = $1`,
      [project],
    );
    await inbox.take('job', inProject([span('1', { span: 'e'.repeat(16), parent })], project), []);
    expect((await seconds())[1]).toBe(86_400);
    // Not due yet: a sweep leaves them alone.
    await inbox.settle({ most: 100 });
    expect(await waiting(project)).toHaveLength(3);
    await database.query(
      `update runfold_internal.otlp_trace set due_at = now() - interval '1 second'
      where project = $1`,
      [project],
    );
    const swept = await inbox.settle({ most: 2 });
    expect([swept.traces, await waiting(project)]).toEqual([2, [expect.anything()]]);
    await inbox.settle({ most: 100 });
    expect(await logged(project)).toHaveLength(4);
  });

  test('forgets plain spans after a day and all after the days it is told, but nothing that waits', async () => {
    const project = projects++;
    const inbox = openSpanInbox({ database });
    // One trace is without its root.
    const roots = spans.filter(({ parent }) => parent === undefined);
    const left = roots.find(({ trace }) =>
      spans.some((span) => span.trace === trace && span.kind === 0 && span.parent !== undefined),
    );
    const sent = spans.filter((span) => span !== left);
    await inbox.take('job', inProject(sent, project), []);
    const kept = async () => {
      const [row] = await database.query<{ spans: number; plain: number; traces: number }>(
        `select count(*)::integer as spans, count(*) filter (where kind = 0)::integer as plain,
          count(distinct trace_id)::integer as traces
        from runfold_internal.otlp_span where project = $1`,
        [project],
      );
      return row;
    };
    const age = (days: number, only = 'true') =>
      database.query(
        `update runfold_internal.otlp_trace set last_seen = now() - make_interval(days => $2)
        where project = $1 and ${only}`,
        [project, days],
      );
    const open = await waiting(project);
    expect(open.length).toBeGreaterThan(0);
    const before = await kept();
    expect(before).toMatchObject({ spans: sent.length });
    await forgetSpans(database, 30);
    expect(await kept()).toEqual(before);
    await age(2);
    await forgetSpans(database, 30);
    const pruned = await kept();
    const plainOfOpen = sent.filter(
      ({ kind, trace }) => kind === 0 && open.some((one) => one.trace === trace),
    );
    expect(pruned?.plain).toBe(plainOfOpen.length);
    await age(31);
    await forgetSpans(database, 0);
    expect(await kept()).toEqual(pruned);
    await forgetSpans(database, 30);
    expect(await kept()).toMatchObject({ traces: open.length });
    // Waiting spans are settled nevertheless.
    await inbox.settle({ traces: open });
    expect(await logged(project)).toHaveLength(whole(sent).length);
    await age(31);
    await forgetSpans(database, 30);
    expect(await kept()).toEqual({ spans: 0, plain: 0, traces: 0 });
  });

  test('leaves totals that verify finds to be the fold of the log', async () => {
    expect((await verify(database)).differences).toEqual([]);
  });
});
