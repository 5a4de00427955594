import type { Metrics } from '../../../events/metric-fields.js';
import { agnoMetrics, tokensBeside } from './agno-metrics.js';
import type { AgnoRecord } from './agno-record.js';

/** What one model used in a run, as Agno 2.x sums it in `metrics.details`. */
export interface AgnoModelUse {
  /** `model`, `output_model`, `parser_model` and so on. */
  readonly type: string;
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly metrics: Metrics;
}

/** Which models served a run besides the one that it names. */
export interface AgnoSideModels {
  /** Calls that no message reports, such as that of the model that writes session summaries. */
  readonly unreported: readonly AgnoModelUse[];
  /** The model of a message that is not the run's own; undefined if it is, or if nobody says. */
  servedBy(metrics: Metrics | undefined): AgnoModelUse | undefined;
}

/** More models than a run has, and few enough to try all ways in which they add up. */
const mostUses = 10;

/**
 * Compares what the models of a run used with its messages. Where some of the uses add up to exactly
 * what the messages report, the others were reported by none, and count as calls of their own. Where none
 * do, Agno's sum is not taken: it counts some calls twice, and messages are what was sent.
 */
export function agnoSideModels(
  run: AgnoRecord,
  messages: readonly (Metrics | undefined)[],
): AgnoSideModels {
  const uses = usesOf(run);
  const sum = totalOf(messages.map((metrics) => ({ metrics: metrics ?? {} })));
  const reported = uses.length > mostUses ? undefined : subsetOf(uses, sum);
  const unreported = reported === undefined ? [] : uses.filter((use) => !reported.includes(use));
  const others = (reported ?? []).filter(({ type }) => type !== 'model');
  return {
    unreported,
    servedBy: (metrics) =>
      others.find((use) => metrics !== undefined && isSame(totalOf([use]), totalOf([{ metrics }]))),
  };
}

function usesOf(run: AgnoRecord): AgnoModelUse[] {
  const details = run.record('metrics')?.record('details');
  if (details === undefined) return [];
  return details.names.flatMap((type) =>
    details.records(type).map((record) => ({
      type,
      model: record.text('id'),
      provider: record.text('provider'),
      metrics:
        agnoMetrics(
          record,
          true,
          tokensBeside(record.text('provider'), record.text('id')),
          record,
        ) ?? {},
    })),
  );
}

type Total = readonly [input: number, output: number];

const totalOf = (list: readonly { readonly metrics: Metrics }[]): Total => [
  list.reduce((sum, { metrics }) => sum + (metrics.input_tokens ?? 0), 0),
  list.reduce((sum, { metrics }) => sum + (metrics.output_tokens ?? 0), 0),
];
const isSame = (a: Total, b: Total) => a[0] === b[0] && a[1] === b[1];

/** The most uses that add up to a total; undefined if none do. */
function subsetOf(
  uses: readonly AgnoModelUse[],
  total: Total,
): readonly AgnoModelUse[] | undefined {
  let best: readonly AgnoModelUse[] | undefined;
  for (let mask = 0; mask < 2 ** uses.length; mask++) {
    const subset = uses.filter((_, at) => (mask >> at) & 1);
    if (subset.length <= (best?.length ?? -1)) continue;
    if (isSame(totalOf(subset), total)) best = subset;
  }
  return best;
}
