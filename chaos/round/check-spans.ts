import { parseEvent } from '#runfold/events/check/parse-event.js';
import { nameBasedUuid } from '#runfold/events/event-id.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { type SpanItem, spanFlags } from '#runfold/otlp/spans/span-item.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { createMemoryInbox } from '../../harness/otlp/memory-inbox.js';
import type { ProducerSlot } from '../actors/producer-slot.js';
import { sum, type WorkerSlot } from '../actors/worker-slot.js';
import { compareWithModel, type Findings } from './check.js';
import type { SpanShape } from './plan.js';

/** A row of the log. */
type Row = Record<string, unknown> & { readonly id: string; readonly project: number };

/** The fields that say where an event belongs. They may differ from the model if a wait ran out. */
const places = [
  'session_id',
  'run_id',
  'parent_run_id',
  'agent_id',
  'agent_name',
  'user_id',
] as const;

/** Those that do not come from above a run that names its session. */
const ownPlaces = ['session_id', 'run_id', 'agent_id', 'agent_name'] as const;

/**
 * The expected result of a round of spans: each span that makes an event made one, once, with its
 * figures, whatever waits ran out. If no wait ran out in its trace, it is in its correct place. No
 * span is waiting any more.
 */
export async function checkSpans(
  database: Database,
  producers: readonly Pick<ProducerSlot, 'consignment' | 'settled'>[],
  workers: readonly Pick<WorkerSlot, 'counts'>[],
  { wait_seconds }: Pick<SpanShape, 'wait_seconds'>,
): Promise<Findings> {
  const violations: string[] = [];
  let logged = 0;
  for (const project of new Set(producers.map(({ consignment }) => consignment.project))) {
    const spans = spansOf(producers, project);
    const wanted = new Map(eventsOf(spans).map((event) => [event.id, event]));
    const byPlace = new Map(spans.map((item) => [`${item.trace}/${item.span}`, item]));
    const spanOf = new Map(
      spans.map((item) => [nameBasedUuid(`otlp span ${item.trace}/${item.span}`), item]),
    );
    const cut = await cutTraces(database, project);
    const rows = await database.query<Row>(
      `select project, id, type, model, tool_name, input_tokens, output_tokens, ${places.join(', ')}
      from runfold.events where project = $1`,
      [project],
    );
    logged += rows.length;
    const seen = new Set<string>();
    const there: MetricEvent[] = [];
    for (const row of rows) {
      const event = wanted.get(row.id);
      if (seen.has(row.id)) violations.push(`project ${project}: twice: ${row.id}`);
      seen.add(row.id);
      if (event === undefined) {
        violations.push(`project ${project}: in the log, but of no span: ${row.id}`);
        continue;
      }
      const place = Object.fromEntries(
        places.flatMap((name) => (row[name] === null ? [] : [[name, row[name]]])),
      );
      const { session_id: _s, run_id: _r, parent_run_id: _p, ...rest } = event;
      const { agent_id: _a, agent_name: _n, user_id: _u, ...figures } = rest;
      const parsed = parseEvent({ ...figures, ...place });
      if (parsed.ok) there.push(parsed.event);
      else violations.push(`project ${project}: no event: ${JSON.stringify(parsed.faults)}`);
      const span = spanOf.get(row.id);
      const isCut = cut.has(span?.trace ?? '');
      // A nested run with its own session needs nothing from above but the parent run and the user,
      // so the inbox does not note that their wait ran out.
      const mayMiss = wait_seconds < 60 && hasNearSession(span, byPlace);
      const compared = isCut ? [] : mayMiss ? ownPlaces : places;
      const [is, should] = [textOf(row, compared), textOf(asRow(event), compared)];
      if (is !== should) violations.push(`project ${project}: is ${is}, should be ${should}`);
    }
    for (const id of wanted.keys()) {
      if (!seen.has(id)) violations.push(`project ${project}: acknowledged, but lost: ${id}`);
    }
    violations.push(...(await compareWithModel(database, project, there)));
  }
  const [open] = await database.query<{ spans: number }>(
    'select count(*)::integer as spans from runfold_internal.otlp_span where event is not null',
  );
  if (open?.spans !== 0) violations.push(`${open?.spans} spans wait on`);
  const rejects = await database.query('select from runfold_internal.rejected_event');
  if (rejects.length > 0) violations.push(`${rejects.length} rejects`);
  const audit = await verify(database);
  if (!audit.equal) violations.push(`verify: ${JSON.stringify(audit.differences.slice(0, 3))}`);
  const unsaid = logged - sum(workers.map((worker) => worker.counts())).applied;
  if (unsaid < 0) violations.push(`workers applied ${logged - unsaid}, the log holds ${logged}`);
  return {
    violations,
    acknowledged: producers.reduce((all, producer) => all + producer.settled(), 0),
    logged,
    lost: 0,
    unsaid,
  };
}

function spansOf(producers: readonly Pick<ProducerSlot, 'consignment'>[], project: number) {
  const spans = new Map<string, SpanItem>();
  for (const { consignment } of producers) {
    if (consignment.project !== project) continue;
    for (const sending of consignment.sendings) {
      for (const span of sending.kind === 'job' ? (sending.job.spans ?? []) : []) {
        spans.set(`${span.trace}/${span.span}`, span);
      }
    }
  }
  return [...spans.values()];
}

/** Whether a span's session is named below the root of its trace. */
function hasNearSession(span: SpanItem | undefined, spans: ReadonlyMap<string, SpanItem>): boolean {
  for (let at = span; at?.parent !== undefined; at = spans.get(`${at.trace}/${at.parent}`)) {
    if (at.own?.session !== undefined) return true;
  }
  return false;
}

function eventsOf(spans: readonly SpanItem[]): readonly MetricEvent[] {
  const inbox = createMemoryInbox();
  inbox.add(spans);
  inbox.endWait();
  return inbox.events;
}

/** Traces in which a wait ran out. */
async function cutTraces(database: Database, project: number): Promise<ReadonlySet<string>> {
  const { standIn, boundRun, boundSession } = spanFlags;
  const rows = await database.query<{ trace: string }>(
    `select distinct replace(trace_id::text, '-', '') as trace from runfold_internal.otlp_span
    where project = $1 and flags & ${standIn | boundRun | boundSession} <> 0`,
    [project],
  );
  return new Set(rows.map(({ trace }) => trace));
}

const figures = ['id', 'type', 'model', 'tool_name', 'input_tokens', 'output_tokens'] as const;

const asRow = (event: MetricEvent): Record<string, unknown> => ({
  ...event,
  input_tokens: event.metrics?.input_tokens,
  output_tokens: event.metrics?.output_tokens,
});

const textOf = (row: Record<string, unknown>, compared: readonly (typeof places)[number][]) =>
  JSON.stringify([...figures, ...compared].map((name) => [name, row[name] ?? null]));
