import { type LogRow, placeOf } from '../events/log-row.js';
import { eventTypes, roles } from '../events/metric-event.js';
import type { PriceBook } from './price-book.js';

const at = {
  project: placeOf('project'),
  type: placeOf('type'),
  role: placeOf('role'),
  corrects: placeOf('corrects'),
  model: placeOf('model'),
  provider: placeOf('provider'),
  occurred_at_us: placeOf('occurred_at_us'),
  input: placeOf('input_tokens'),
  prompt: placeOf('prompt_tokens'),
  output: placeOf('output_tokens'),
  completion: placeOf('completion_tokens'),
  cached: placeOf('cached_tokens'),
  cache_write: placeOf('cache_write_tokens'),
  input_audio: placeOf('input_audio_tokens'),
  output_audio: placeOf('output_audio_tokens'),
  reasoning: placeOf('reasoning_tokens'),
  cost: placeOf('cost_nanos'),
  source: placeOf('cost_source'),
};

/**
 * Gives the assistant's messages that name a model and tokens but no cost a cost and its source, in
 * place: the rows were made for this batch, and a second call finds them priced. A cost that was
 * reported stays, and what the book does not know is left without.
 */
export function priceRows(book: PriceBook, rows: readonly LogRow[]): void {
  for (const row of rows) {
    if (row[at.cost] !== undefined || row[at.model] === undefined) continue;
    if (row[at.type] !== eventTypes.message || row[at.role] !== roles.assistant) continue;
    const [input, output] = [row[at.input] ?? row[at.prompt], row[at.output] ?? row[at.completion]];
    if (row[at.corrects] !== undefined || (input ?? output) === undefined) continue;
    const price = book.price({
      project: row[at.project] as number,
      provider: (row[at.provider] as string | undefined) ?? '',
      model: row[at.model] as string,
      occurred_at_us: row[at.occurred_at_us] as number,
      tokens: {
        input: (input as number | undefined) ?? 0,
        output: (output as number | undefined) ?? 0,
        cached: (row[at.cached] as number | undefined) ?? 0,
        cache_write: (row[at.cache_write] as number | undefined) ?? 0,
        input_audio: (row[at.input_audio] as number | undefined) ?? 0,
        output_audio: (row[at.output_audio] as number | undefined) ?? 0,
        reasoning: (row[at.reasoning] as number | undefined) ?? 0,
      },
    });
    if ('unpriced' in price) continue;
    const cells = row as unknown[];
    cells[at.cost] = price.cost_nanos;
    cells[at.source] = price.source;
  }
}
