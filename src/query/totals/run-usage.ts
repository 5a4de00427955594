import { type metricFields, storedUnits } from '../../events/metric-fields.js';
import { kindOf, type Measure } from '../../projections/measures/kinds.js';
import { runProjection } from '../../projections/run.js';
import { publicName } from '../../projections/views/projection-views.js';

type TokenField = Extract<(typeof metricFields)[number], { readonly kind: 'tokens' }>;

/** The usage of messages, field by field; null if no message reported a field. */
export type TokenTotals = { readonly [F in TokenField as F['name']]: number | null };

/** What was done and used: the summed figures. */
export interface Usage extends TokenTotals {
  /** Messages of any role. */
  readonly messages: number;
  /** Messages of the assistant; tokens and time are of these. */
  readonly assistant_messages: number;
  /** Messages of the assistant that failed. */
  readonly message_errors: number;
  /** Messages of the assistant that reported their tokens. */
  readonly metered_messages: number;
  /** Messages of the assistant with tokens and without a cost: if above 0, the true cost is higher than `cost`. */
  readonly unpriced_messages: number;
  readonly tool_calls: number;
  /** Tool calls that failed. */
  readonly tool_errors: number;
  /** The sum of seconds of the assistant's messages; null if not reported. */
  readonly time: number | null;
  /** The sum of seconds of the tool calls; null if not reported. */
  readonly tool_time: number | null;
  /** Wall-clock seconds that the run events reported; null when not reported. */
  readonly run_time: number | null;
  /** US dollars of the messages and tool calls; null when not reported. */
  readonly cost: number | null;
}

/** The figures of `Usage`, with the number of integer units of each. */
const figures = Object.entries<Measure>(runProjection.measures).flatMap(([column, measure]) => {
  const { isAdditive, unit } = kindOf(measure);
  if (!isAdditive) return [];
  const units = unit in storedUnits ? storedUnits[unit as keyof typeof storedUnits] : 1;
  return [{ name: publicName(column) as keyof Usage, units }];
});

/** Picks these figures from a row. */
export function usageOf(totals: Usage): Usage {
  return Object.fromEntries(figures.map(({ name }) => [name, totals[name]])) as unknown as Usage;
}

/** Adds two usages in the integer units of the store, so floats are never summed. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum = (name: keyof Usage, units: number) => {
    const [left, right] = [a[name], b[name]];
    if (left === null || right === null) return left ?? right;
    return (Math.round(left * units) + Math.round(right * units)) / units;
  };
  return Object.fromEntries(
    figures.map(({ name, units }) => [name, sum(name, units)]),
  ) as unknown as Usage;
}
