import { z } from 'zod';
import { RunfoldError } from '../environment/runfold-error.js';
import { nearestName } from '../events/check/nearest-name.js';
import { schemaFaults } from '../events/check/schema-faults.js';
import { describeValue } from '../events/fault.js';
import { isShortText, maxText } from '../events/limits.js';
import { parseTimestamp } from '../events/timestamp.js';

const dollarsPhrase = 'US dollars from 0 to 1,000,000';
const textPhrase = `a string of 1 to ${maxText} characters`;
const timePhrase = 'an RFC 3339 time with a zone';

const dollars = z.number(dollarsPhrase).min(0, dollarsPhrase).max(1_000_000, dollarsPhrase);
const text = z.string(textPhrase).refine(isShortText, textPhrase);

/** The input for a price of a model, without its project. */
export const newPriceSchema = z.strictObject(
  {
    model: text.describe('The model, exactly as events name it'),
    provider: text
      .optional()
      .describe('Only for messages that this provider served; by default of any'),
    from: z
      .string(timePhrase)
      .refine((given) => parseTimestamp(given) !== undefined, timePhrase)
      .optional()
      .describe('Only from this time on, RFC 3339 with a zone; by default always'),
    input: dollars.describe('US dollars per million input tokens'),
    output: dollars.describe('US dollars per million output tokens'),
    cached: dollars.optional().describe('Cached input tokens; by default as `input`'),
    cache_write: dollars
      .optional()
      .describe('Input tokens written to a cache; by default as `input`'),
    cache_write_1h: dollars
      .optional()
      .describe(
        'Input tokens written to a cache and kept for an hour; by default as `cache_write`',
      ),
  },
  'an object',
);

export type NewPrice = z.infer<typeof newPriceSchema>;

/** The price is invalid. */
export class InvalidPriceError extends RunfoldError {
  readonly code = 'invalid_price';
  constructor(
    readonly field: string,
    readonly expected: string,
    readonly got: string,
  ) {
    super(`${field}: Expected ${expected}, got ${got}.`);
    this.name = 'InvalidPriceError';
  }
}

/** Checks a price. @throws InvalidPriceError with the first fault */
export function checkPrice(price: unknown): NewPrice {
  const result = newPriceSchema.safeParse(price);
  if (result.success) return result.data;
  const meant = (name: string) => nearestName(name, Object.keys(newPriceSchema.shape));
  const [fault] = schemaFaults(result.error.issues, price, { meant });
  throw new InvalidPriceError(
    fault?.field ?? 'price',
    fault?.expected ?? 'a price',
    fault?.got ?? describeValue(price),
  );
}
