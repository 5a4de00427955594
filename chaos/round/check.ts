import type { MetricEvent } from '#runfold/events/metric-event.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { modelOf } from '../../harness/model.js';
import { readTotals } from '../../harness/read-totals.js';
import type { ProducerSlot } from '../actors/producer-slot.js';
import { sum, type WorkerSlot } from '../actors/worker-slot.js';
import type { RoundPlan } from './plan.js';

/** The result of the checks after a round. */
export interface Findings {
  readonly violations: readonly string[];
  /** Sendings whose acknowledgement a producer saw, including duplicates. */
  readonly acknowledged: number;
  /** Events in the log. */
  readonly logged: number;
  /**
   * Distinct acknowledged events and rejects that are missing. A violation unless appendfsync is
   * everysec.
   */
  readonly lost: number;
  /** Events that a worker committed but did not live to log. */
  readonly unsaid: number;
}

/** What a producer sent, and the outcome as far as it knows. */
type Sender = Pick<ProducerSlot, 'consignment' | 'outcomes'>;
type Outcome = ReturnType<ProducerSlot['outcomes']>[number];

/** Everything that must be stored, by key, and whether an acknowledgement was seen. */
interface Expected {
  readonly events: Map<string, { event: MetricEvent; project: number; acknowledged: boolean }>;
  readonly rejects: Map<string, boolean>;
  acknowledged: number;
}

export async function checkRound(
  database: Database,
  plan: RoundPlan,
  producers: readonly Sender[],
  workers: readonly Pick<WorkerSlot, 'counts'>[],
): Promise<Findings> {
  const violations: string[] = [];
  const expected = expectedOf(producers);
  const mayLose = plan.appendfsync === 'everysec';

  const logged = new Map<string, number>();
  for (const row of await database.query<Record<'project' | 'session_id' | 'id', string>>(
    'select project, session_id, id from runfold.events',
  )) {
    const key = `${row.project}\n${row.session_id}\n${row.id}`;
    logged.set(key, (logged.get(key) ?? 0) + 1);
    if (!expected.events.has(key)) violations.push(`in the log, but never sent: ${key}`);
  }
  for (const [key, count] of logged) if (count > 1) violations.push(`${count} times: ${key}`);
  const rejects = await database.query<{ key: string }>(
    `select job_id || '/' || position as key from runfold_internal.rejected_event`,
  );
  const kept = new Set(rejects.map(({ key }) => key));
  for (const key of kept) if (!expected.rejects.has(key)) violations.push(`rejected: ${key}`);
  const lost = [
    ...[...expected.events].flatMap(([key, { acknowledged }]) =>
      acknowledged && !logged.has(key) ? [key] : [],
    ),
    ...[...expected.rejects].flatMap(([key, seen]) => (seen && !kept.has(key) ? [key] : [])),
  ];
  if (!mayLose) violations.push(...lost.map((key) => `acknowledged, but lost: ${key}`));

  for (const project of new Set([...expected.events.values()].map((one) => one.project))) {
    const there = [...expected.events].flatMap(([key, one]) =>
      one.project === project && logged.has(key) ? [one.event] : [],
    );
    violations.push(...(await compareWithModel(database, project, there)));
  }
  const audit = await verify(database);
  if (!audit.equal) violations.push(`verify: ${JSON.stringify(audit.differences.slice(0, 3))}`);

  const counts = sum(workers.map((worker) => worker.counts()));
  const received = counts.applied + counts.duplicate + counts.rejected;
  const unsaid = logged.size - counts.applied;
  if (received < expected.acknowledged && !mayLose) {
    violations.push(`workers received ${received} of ${expected.acknowledged} acknowledged`);
  }
  // A commit goes unlogged only if its worker died or the response was lost.
  const mayBeUnsaid = plan.faults.some(({ kind }) => /kill_worker|_postgres/.test(kind));
  if (unsaid < 0 || (unsaid > 0 && !mayBeUnsaid)) {
    violations.push(`workers applied ${counts.applied}, the log holds ${logged.size}`);
  }
  return {
    violations,
    acknowledged: expected.acknowledged,
    logged: logged.size,
    lost: lost.length,
    unsaid,
  };
}

function expectedOf(producers: readonly Sender[]): Expected {
  const expected: Expected = { events: new Map(), rejects: new Map(), acknowledged: 0 };
  for (const { consignment, outcomes } of producers) {
    const { project } = consignment;
    const seen = outcomes();
    const add = (event: MetricEvent, outcome: Outcome) => {
      const key = `${project}\n${event.session_id}\n${event.id}`;
      const before = expected.events.get(key)?.acknowledged ?? false;
      const acknowledged = before || outcome === 'acknowledged';
      expected.events.set(key, { event, project, acknowledged });
      if (outcome === 'acknowledged') expected.acknowledged += 1;
    };
    for (const [at, sending] of consignment.sendings.entries()) {
      const outcome = seen[at] ?? 'unsent';
      if (outcome === 'unsent') continue;
      if (sending.kind === 'event') {
        add(sending.event, outcome);
        continue;
      }
      for (const event of sending.job.good) add(event, outcome);
      for (const place of sending.job.bad) {
        expected.rejects.set(`${sending.job.job_id}/${place}`, outcome === 'acknowledged');
        if (outcome === 'acknowledged') expected.acknowledged += 1;
      }
    }
  }
  return expected;
}

/** Compares every figure of runs and sessions with a model that is independent of the SQL. */
export async function compareWithModel(
  database: Database,
  project: number,
  events: readonly MetricEvent[],
): Promise<string[]> {
  const live = await readTotals(database, project);
  const model = modelOf(events);
  const found: string[] = [];
  const text = (value: unknown) =>
    JSON.stringify(value, (_, item) => {
      if (typeof item === 'bigint') return `${item}`;
      const isPlain = typeof item === 'object' && item !== null && !Array.isArray(item);
      return isPlain ? Object.fromEntries(Object.entries(item).sort()) : item;
    });
  for (const kind of ['runs', 'sessions'] as const) {
    for (const key of new Set([...live[kind].keys(), ...model[kind].keys()])) {
      const wanted = model[kind].get(key);
      const right = wanted && kind === 'sessions' ? { ...wanted, status: null } : wanted;
      const [is, should] = [text(live[kind].get(key)), text(right)];
      if (is !== should)
        found.push(`project ${project}, ${kind} ${key}: is ${is}, should be ${should}`);
    }
  }
  return found;
}
