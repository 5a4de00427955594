import type { Metrics } from '../../../events/metric-fields.js';
import { agnoMetrics, tokensBeside } from './agno-metrics.js';
import type { AgnoRecord } from './agno-record.js';

/** The usage of one model in a run, as Agno 2.x sums it in `metrics.details`. */
export interface AgnoModelUse {
  /** `model`, `output_model`, `parser_model` and so on. */
  readonly type: string;
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly metrics: Metrics;
}

/** The models that served a run in addition to its own. */
export interface AgnoSideModels {
  /** Calls that no message reports, such as that of the model that writes session summaries. */
  readonly unreported: readonly AgnoModelUse[];
  /** The model of a message that is not the run's own; undefined if it is, or if unknown. */
  servedBy(metrics: Metrics | undefined): AgnoModelUse | undefined;
}

/** More models than any run has, and few enough to try all combinations. */
const mostUses = 10;

/**
 * Compares the usage of a run's models with its messages. If some of the usages add up exactly to
 * the messages, no message reported the others, and they count as separate calls. If no combination
 * does, Agno's sums are not used: they count some calls twice, and the messages are what was sent.
 */
export function agnoSideModels(
  run: AgnoRecord,
  messages: readonly (Metrics | undefined)[],
): AgnoSideModels {
  const uses = listModelUses(run);
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

function listModelUses(run: AgnoRecord): AgnoModelUse[] {
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

/** The largest set of usages that add up to a total; undefined if there is none. */
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
