import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SpanItem, spanFlags } from '#runfold/otlp/spans/span-item.js';
import { spanKinds } from '#runfold/otlp/tables/span-kinds.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { rememberShardMap } from '#runfold/store/shards/open-shard-map.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import type { TestDatabase } from '../../../harness/database.js';
import { apartShards, createDividedDatabase } from '../../../harness/divided-store.js';
import { countSteps, killedAt } from '../../../harness/killed-database.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const trace = 'ab'.repeat(16);
const at = { occurred_at: '2026-11-20T10:00:00Z' };
const root: SpanItem = {
  trace,
  span: '1'.repeat(16),
  kind: spanKinds.run,
  flags: 0,
  own: { session: 'session-of-the-root' },
  event: { ...at, type: 'run', status: 'completed' },
};
const call: SpanItem = {
  trace,
  span: '2'.repeat(16),
  parent: root.span,
  kind: spanKinds.model,
  flags: spanFlags.metered,
  event: { ...at, type: 'message', role: 'assistant', metrics: { input_tokens: 7 } },
};

/** Shards whose transactions are separate from the inbox's, as on other servers. */
describeWithPostgres('spans whose events are committed by other servers', () => {
  let home: TestDatabase;
  let database: Database;
  let nodes: Database;
  let projects = 10;
  beforeAll(async () => {
    ({ home, database } = await createDividedDatabase());
    nodes = openDatabase(home.url, { max: 6 });
    apart(database);
  });
  afterAll(async () => {
    await nodes.close();
    await database.close();
    await home.drop();
  });

  const apart = (coordinator: Database): Database => {
    rememberShardMap(coordinator, apartShards(nodes));
    return coordinator;
  };
  const take = (on: Database, project: number, spans: readonly SpanItem[]) =>
    openSpanInbox({ database: on, span_wait_seconds: 0 }).take(
      'job',
      spans.map((span) => ({ ...span, project })),
      [],
    );
  const logged = (project: number) =>
    database.query<{ type: string; session_id: string }>(
      'select type, session_id from runfold.events where project = $1 order by type',
      [project],
    );

  test('count once, wherever a worker dies, if the root arrives before the job is repeated', async () => {
    const steps = await countSteps(database, (counted) => take(apart(counted), projects++, [call]));
    expect(steps).toBeGreaterThan(4);
    const sessions = new Set<string>();
    for (const isDone of [false, true]) {
      for (let step = 0; step < steps; step++) {
        const project = projects++;
        const doomed = apart(killedAt(database, step, isDone));
        await expect(take(doomed, project, [call])).rejects.toThrow('killed');
        await take(database, project, [root]);
        await take(database, project, [call]);
        const found = await logged(project);
        expect({ step, isDone, types: found.map(({ type }) => type) }).toEqual({
          step,
          isDone,
          types: ['message', 'run'],
        });
        sessions.add(found[0]?.session_id ?? '');
      }
    }
    // Both happen: the call is decided before its root has arrived, or after.
    expect([...sessions].sort()).toEqual([trace, 'session-of-the-root']);
    expect(await verify(database)).toMatchObject({ equal: true });
  });

  test('are appended by a sweep if the worker never returns, and no longer wait', async () => {
    const waiting = (project: number) =>
      database.query(
        `select due_at > now() as is_later from runfold_internal.otlp_trace
        where project = $1 and due_at is not null`,
        [project],
      );
    const counted = projects++;
    const steps = await countSteps(database, (one) => take(apart(one), counted, [call, root]));
    expect(await waiting(counted)).toEqual([]);
    const project = projects++;
    const doomed = apart(killedAt(database, steps - 1, false));
    await expect(take(doomed, project, [call, root])).rejects.toThrow('killed');
    expect(await waiting(project)).toEqual([{ is_later: true }]);
    expect(await logged(project)).toHaveLength(2);
    const [before] = await database.query('select count(*) from runfold.waiting_spans');
    expect(before).toEqual({ count: '2' });
    const outcome = await openSpanInbox({ database }).settle({ traces: [{ project, trace }] });
    expect(outcome).toMatchObject({ events: { applied: 0, duplicate: 2, rejected: 0 } });
    expect(await waiting(project)).toEqual([]);
    expect(await database.query('select from runfold.waiting_spans')).toEqual([]);
    expect(await logged(project)).toHaveLength(2);
  });

  test('keep waiting spans of the same trace waiting', async () => {
    const project = projects++;
    const patient = openSpanInbox({ database, span_wait_seconds: 600 });
    const orphan = { ...call, span: '4'.repeat(16), parent: '3'.repeat(16) };
    const outcome = await patient.take(
      'job',
      [root, call, orphan].map((span) => ({ ...span, project })),
      [],
    );
    expect(outcome).toMatchObject({ settled: 2, events: { applied: 2 } });
    const rows = await database.query(
      'select lpad(to_hex(span_id), 16, $2) as span from runfold_internal.otlp_span where project = $1 and event is not null',
      [project, '0'],
    );
    expect(rows).toEqual([{ span: orphan.span }]);
    await patient.settle({ traces: [{ project, trace }] });
    expect(await logged(project)).toHaveLength(3);
  });
});
