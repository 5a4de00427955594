import { isSummable, metricFields } from '../../events/metric-fields.js';
import type { Measure } from './kinds.js';

/** The assistant's messages: only their tokens and time count. */
export const assistant = { type: 'message', role: 'assistant' } as const;

/** A sum for every token field of the assistant's messages. */
export const tokenSums: Record<string, Measure> = Object.fromEntries(
  metricFields
    .filter((field) => isSummable(field) && field.kind === 'tokens')
    .map((field) => [
      field.name,
      {
        fold: 'sum',
        of: field.name as 'input_tokens',
        unit: 'tokens',
        where: assistant,
        doc: field.doc,
      },
    ]),
);
