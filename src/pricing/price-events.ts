import { columnAt, type EventColumn, type EventColumns } from '../events/columns/event-columns.js';
import { columnIndex, indexes } from '../events/columns/event-row.js';
import { eventTypes, roles } from '../events/metric-event.js';
import type { PriceBook } from './price-book.js';
import { readDetails, splitMetrics, tokenCountNames, tokenSources } from './token-sources.js';

const at = {
  model: columnIndex('model'),
  provider: columnIndex('provider'),
  cost: columnIndex('cost_nanos'),
  source: columnIndex('cost_source'),
};
/** The columns of each count: the first one with a value is used. */
const counts = Object.fromEntries(
  tokenCountNames.map((name) => [name, tokenSources[name].map(columnIndex)]),
) as unknown as Readonly<Record<keyof typeof tokenSources, readonly number[]>>;
const splits = {
  prompt_tokens_details: columnIndex('prompt_tokens_details'),
  completion_tokens_details: columnIndex('completion_tokens_details'),
};

/** The events of one project that are written together. */
interface PricedJob {
  readonly project: number;
  readonly events: EventColumns;
}

/**
 * Prices the events of jobs, in place, after it has refreshed the prices in the store if they are old.
 * @throws the error of the database if the prices cannot be read
 */
export async function priceJobs(book: PriceBook, jobs: readonly PricedJob[]): Promise<void> {
  await book.refresh();
  for (const { project, events } of jobs) priceEvents(book, project, events);
}

/**
 * Sets the cost and its source for the assistant's messages that have a model and tokens but no cost, in
 * place: the columns were made for this batch, and a second call finds them priced. A reported cost
 * stays, and messages that the price book does not know stay without a cost.
 */
export function priceEvents(
  book: PriceBook,
  project: number,
  { columns, size }: EventColumns,
): void {
  const models = columns[at.model];
  if (models === undefined) return;
  const value = (column: EventColumn | undefined, event: number) => column?.[event] ?? undefined;
  const types = columns[indexes.type];
  const authors = columns[indexes.role];
  const corrects = columns[indexes.corrects];
  const hasSplits = splitMetrics.some((name) => columns[splits[name]] !== undefined);
  const count = (from: readonly number[], event: number): number | undefined => {
    for (const index of from) {
      const found = value(columns[index], event);
      if (found !== undefined) return found as number;
    }
    return undefined;
  };
  const splitOf = (name: keyof typeof splits, event: number) => {
    const text = value(columns[splits[name]], event);
    return text === undefined ? undefined : JSON.parse(text as string);
  };
  for (let event = 0; event < size; event++) {
    const model = value(models, event);
    if (model === undefined || value(columns[at.cost], event) !== undefined) continue;
    if (types?.[event] !== eventTypes.message || authors?.[event] !== roles.assistant) continue;
    const [input, output] = [count(counts.input, event), count(counts.output, event)];
    if (value(corrects, event) !== undefined || (input ?? output) === undefined) continue;
    const price = book.price({
      project,
      provider: (value(columns[at.provider], event) as string | undefined) ?? '',
      model: model as string,
      occurred_at_us: columns[indexes.occurred_at_us]?.[event] as number,
      tokens: {
        input: input ?? 0,
        output: output ?? 0,
        cached: count(counts.cached, event) ?? 0,
        cache_write: count(counts.cache_write, event) ?? 0,
        cache_write_1h: count(counts.cache_write_1h, event) ?? 0,
        input_audio: count(counts.input_audio, event) ?? 0,
        output_audio: count(counts.output_audio, event) ?? 0,
        reasoning: count(counts.reasoning, event) ?? 0,
        audio: count(counts.audio, event) ?? 0,
        total: count(counts.total, event) ?? 0,
        prompt: count(counts.prompt, event) ?? 0,
        completion: count(counts.completion, event) ?? 0,
        details: hasSplits ? readDetails((name) => splitOf(name, event)) : undefined,
      },
    });
    if ('unpriced' in price) continue;
    columnAt(columns, at.cost, size)[event] = price.cost_nanos;
    columnAt(columns, at.source, size)[event] = price.source;
  }
}
