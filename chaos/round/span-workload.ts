import type { SpanEvent, SpanItem } from '#runfold/otlp/spans/span-item.js';
import { spanFlags } from '#runfold/otlp/spans/span-item.js';
import { spanKinds } from '#runfold/otlp/tables/span-kinds.js';
import { jobVersions } from '#runfold/queue/job.js';
import type { SpanShape } from './plan.js';
import type { Random } from './random.js';
import type { Consignment, Sending } from './workload.js';

const day = Date.UTC(2026, 0, 5, 12);

/**
 * The spans that three services send. The first two send the two halves of the same traces, as when
 * one agent calls another over HTTP. The third sends the same traces to another project. Children
 * mostly arrive before their parents, some spans arrive twice, and some much later than the rest.
 */
export function spanConsignments(random: Random, shape: SpanShape): Consignment[] {
  const traces = Array.from({ length: shape.traces }, (_, at) => makeTrace(random, at));
  const halves: [SpanItem[], SpanItem[]] = [[], []];
  for (const spans of traces) for (const span of spans) random.pick(halves).push(span);
  return [halves[0], halves[1], traces.flat()].map((spans, number) => {
    const project = number === 2 ? 2 : 1;
    const again = spans.filter(() => random.chance(0.15));
    const placed = [
      ...spans.map((span, at) => ({ span, at: at + random.whole(0, 60) })),
      ...again.map((span) => ({ span, at: random.whole(0, spans.length + 100) })),
    ]
      .map(({ span, at }) => ({ span, at: random.chance(shape.late) ? at + 1e6 : at }))
      .sort((a, b) => a.at - b.at);
    const sendings: Sending[] = [];
    for (let at = 0; at < placed.length; ) {
      const part = placed.slice(at, at + random.whole(1, 12)).map(({ span }) => span);
      at += part.length;
      const data = { v: jobVersions.spans, project, spans: JSON.stringify(part) };
      const job_id = `spans-${number}-${sendings.length}`;
      sendings.push({ kind: 'job', job: { job_id, data, good: [], bad: [], spans: part } });
    }
    return { project, events_per_job: 1, sendings };
  });
}

function makeTrace(random: Random, number: number): SpanItem[] {
  const trace = `c4a0${String(number).padStart(28, '0')}`;
  let spans = 0;
  const nextId = () => `${String(number + 1).padStart(8, '0')}${String(++spans).padStart(8, '0')}`;
  const made: SpanItem[] = [];
  const add = (parent: string | undefined, more: Partial<SpanItem>): string => {
    const span = nextId();
    made.push({
      trace,
      span,
      ...(parent === undefined ? {} : { parent }),
      kind: spanKinds.plain,
      flags: parent !== undefined && random.chance(0.2) ? spanFlags.remote : 0,
      ...more,
    });
    return span;
  };
  const event = (type: SpanEvent['type'], more: Partial<SpanEvent>): SpanEvent => ({
    type,
    occurred_at: new Date(day + number * 60_000 + spans * 1_000).toISOString(),
    ...more,
  });
  const run = (parent: string | undefined, name: string, depth: number) => {
    const own = {
      agent_id: name,
      agent_name: name,
      ...(parent === undefined || random.chance(0.1) ? { session: `session-${number % 17}` } : {}),
      ...(parent === undefined ? { user: `user-${number % 5}` } : {}),
    };
    const metrics = { time: random.whole(0, 9_000_000) / 1e6 };
    const ended = event('run', { status: random.pick(['completed', 'error']), metrics });
    const above = add(parent, { kind: spanKinds.run, own, event: ended });
    for (let steps = random.whole(1, 4); steps > 0; steps--) {
      const step = random.chance(0.6) ? add(above, {}) : above;
      const metered = random.chance(0.8);
      add(step, {
        kind: spanKinds.model,
        flags: metered ? spanFlags.metered : 0,
        event: event('message', {
          role: 'assistant',
          model: `unlisted-model-${random.whole(0, 3)}`,
          provider: 'nobody',
          ...(random.chance(0.1) ? { error: true } : {}),
          metrics: {
            time: random.whole(0, 9_000_000) / 1e6,
            ...(metered
              ? { input_tokens: random.whole(0, 9_000), output_tokens: random.whole(0, 900) }
              : {}),
          },
        }),
      });
      if (random.chance(0.5)) {
        const tool = add(step, {
          kind: spanKinds.tool,
          event: event('tool_call', {
            tool_name: `tool-${random.whole(0, 5)}`,
            error: random.chance(0.1),
          }),
        });
        if (depth < 2 && random.chance(0.3)) run(tool, `agent-${random.whole(1, 4)}`, depth + 1);
      }
    }
  };
  run(undefined, 'agent-0', 0);
  // Exporters send children first, because they end first.
  return made.reverse();
}
