import { oneOfNames } from '../events/check/nearest-name.js';
import { parseEvent } from '../events/check/parse-event.js';
import { InvalidEventError } from '../events/fault.js';
import { maxTokens } from '../events/limits.js';
import type { MetricEvent } from '../events/metric-event.js';
import { type MetricName, type Metrics, metricFields } from '../events/metric-fields.js';
import type { Database } from '../postgres/database.js';
import { openPriceBook } from '../pricing/price-book.js';
import { summedFigures } from '../projections/summed-figures.js';
import { InvalidQueryError } from '../query/query-errors.js';
import { type CorrectedEvent, type EventOptions, readCorrectedEvent } from './corrected-event.js';
import { correctionId } from './correction-id.js';
import { currentPrice } from './current-price.js';
import { type Figures, withDependents } from './dependent-figures.js';

/** The change of one figure by a correction: tokens, seconds or US dollars. */
export interface FigureChange {
  readonly name: MetricName;
  /** The value with all corrections so far; null if not reported. */
  readonly from: number | null;
  readonly to: number;
}

/** A correction that has not been emitted yet. */
export interface Correction {
  /** The event to emit: its figures are differences. */
  readonly event: MetricEvent;
  /** The event that it corrects, as it was measured. */
  readonly original: MetricEvent;
  readonly changes: readonly FigureChange[];
}

/**
 * The correction that sets figures of an event; undefined if the event has these
 * figures already. Emit its `event`; the log keeps both events. If another process corrects the same event at the
 * same time, both corrections have the same id and the log accepts only one of them. The other changes
 * nothing and must be made again.
 *
 * You can set the figures that totals sum: tokens, `time` (seconds) and `cost` (US dollars).
 * `total_tokens` changes with `input_tokens` and `output_tokens` unless you set it too. So do `prompt_tokens` with
 * `input_tokens`, `completion_tokens` with `output_tokens`, and `audio_tokens` with its parts. Objects and
 * `time_to_first_token`, which no total sums, stay as reported. A cost that Runfold computed becomes the price of
 * the new tokens, unless you set it too.
 * @throws UnknownEventError, AmbiguousEventError, CorrectionCorrectedError, or InvalidQueryError
 * for a figure that cannot be set
 */
export async function correctionFor(
  database: Database,
  options: EventOptions,
  set: Metrics,
): Promise<Correction | undefined> {
  const wanted = wantedFigures(set);
  const corrected = await readCorrectedEvent(database, options);
  const figures = withinLimits(wanted, corrected.current);
  const price = await newPrice(database, options, corrected, figures);
  if (price === undefined) return toCorrection(corrected, figures);
  const { cost_nanos, source } = price;
  return toCorrection(corrected, new Map([...figures, ['cost', cost_nanos]]), source);
}

/** The price of a message whose tokens change and whose cost is not set; undefined if its cost stays. */
async function newPrice(
  database: Database,
  { project = 1 }: EventOptions,
  corrected: CorrectedEvent,
  figures: Figures,
) {
  const { current } = corrected;
  const hasTokens = [...figures].some(
    ([name, value]) => name.endsWith('_tokens') && current.get(name) !== value,
  );
  if (!hasTokens || figures.has('cost')) return undefined;
  const book = openPriceBook(database);
  await book.refresh();
  return currentPrice(book, project, corrected, new Map([...current, ...figures]));
}

/**
 * The correction that sets every summed figure of an event to 0; undefined if
 * all are 0 already or none was reported. The event still counts, and fields that corrections cannot
 * change stay. A message without a price then has the cost 0 and no longer counts as unpriced.
 * @throws UnknownEventError, AmbiguousEventError, or CorrectionCorrectedError
 */
export async function voidingFor(
  database: Database,
  options: EventOptions,
): Promise<Correction | undefined> {
  const corrected = await readCorrectedEvent(database, options);
  const { current, is_unpriced } = corrected;
  const reported = is_unpriced ? [...current.keys(), 'cost' as const] : current.keys();
  return toCorrection(corrected, new Map([...reported].map((name) => [name, 0])));
}

/** The figures to set, in stored units. */
function wantedFigures(set: Metrics): Figures {
  for (const name of Object.keys(set)) {
    if (summedFigures.has(name as MetricName)) continue;
    const known = metricFields.some((field) => field.name === name);
    throw new InvalidQueryError(
      name,
      oneOfNames([...summedFigures.keys()], name),
      known ? 'a metric that totals do not add up' : 'no metric',
    );
  }
  // A figure has the same limits as in an event that reports it.
  const probe = { type: 'run', id: '-', run_id: '-', occurred_at: '2000-01-01T00:00:00Z' };
  const parsed = parseEvent({ ...probe, metrics: set });
  if (!parsed.ok) {
    const [fault] = parsed.faults;
    if (fault === undefined) throw new InvalidEventError(parsed.faults);
    throw new InvalidQueryError(fault.field.replace(/^metrics\./, ''), fault.expected, fault.got);
  }
  const wanted = [...summedFigures].flatMap(([name, units]) => {
    const value = set[name];
    return value === undefined ? [] : [[name, Math.round(Number(value) * units)] as const];
  });
  return new Map(wanted);
}

/** The figures to set and those that follow from them, which have the same limits. */
function withinLimits(wanted: Figures, current: Figures): Figures {
  const all = withDependents(wanted, current);
  for (const [name, value] of all) {
    if (wanted.has(name) || value <= maxTokens) continue;
    throw new InvalidQueryError(
      name,
      `an integer up to ${maxTokens}`,
      `${value}, which follows from its parts`,
    );
  }
  return all;
}

function toCorrection(
  corrected: CorrectedEvent,
  wanted: Figures,
  cost_source?: string,
): Correction | undefined {
  const { original, current } = corrected;
  const changed = [...wanted].filter(([name, value]) => current.get(name) !== value);
  if (changed.length === 0) return undefined;
  const metrics: Record<string, number> = {};
  for (const [name, value] of changed) {
    metrics[name] = (value - (current.get(name) ?? 0)) / unitsOf(name);
  }
  // If it were left out, it would become the sum of its parts.
  if ('input_tokens' in metrics || 'output_tokens' in metrics) metrics.total_tokens ??= 0;
  const { id } = original;
  // The same time as the original, so that it is in the same buckets; the same number for all concurrent
  // corrections, so that only one of them is accepted.
  const parsed = parseEvent({
    ...original,
    id: correctionId(original, corrected.corrections),
    corrects: id,
    // A cost without a source was reported: `reprice` does not change such a message.
    ...('cost' in metrics ? { cost_source } : {}),
    ...('cost' in metrics && corrected.is_unpriced ? { pricing: 'first' } : {}),
    metrics,
  });
  if (!parsed.ok) throw new InvalidEventError(parsed.faults);
  const changes = changed.map(([name, value]) => {
    const from = current.get(name);
    const units = unitsOf(name);
    return { name, from: from === undefined ? null : from / units, to: value / units };
  });
  return { event: parsed.event, original, changes };
}

const unitsOf = (name: MetricName) => summedFigures.get(name) ?? 1;
