import type { Measure } from './kinds.js';
import { assistant, tokenSums } from './token-sums.js';

/** The usage of messages: tokens and times of the assistant's messages, cost of all messages. */
export const messageMeasures = {
  assistant_messages: { fold: 'count', where: assistant, doc: 'Messages of the assistant' },
  message_errors: {
    fold: 'count',
    where: { ...assistant, failed: true },
    doc: 'Messages of the assistant that failed',
  },
  metered_messages: {
    fold: 'count',
    where: { ...assistant, reports: 'total_tokens' },
    doc: 'Messages of the assistant that reported their tokens',
  },
  // Messages that are missing from the sum of costs.
  unpriced_messages: {
    fold: 'count',
    where: { ...assistant, unpriced: true },
    less: { ...assistant, firstCost: true },
    doc: 'Messages of the assistant with tokens and without a cost',
  },
  ...tokenSums,
  time_us: {
    fold: 'sum',
    of: 'time_us',
    unit: 'seconds',
    where: assistant,
    doc: 'Time of the messages added up',
  },
  timed_messages: {
    fold: 'count',
    where: { ...assistant, reports: 'time_us' },
    doc: 'Messages that reported their time',
  },
  timed_output_tokens: {
    fold: 'sum',
    of: 'output_tokens',
    unit: 'tokens',
    where: { ...assistant, reports: 'time_us' },
    doc: 'Tokens produced by messages that reported their time',
  },
  time_to_first_token_us: {
    fold: 'sum',
    of: 'time_to_first_token_us',
    unit: 'seconds',
    where: assistant,
    doc: 'Times to first token added up',
  },
  streamed_messages: {
    fold: 'count',
    where: { ...assistant, reports: 'time_to_first_token_us' },
    doc: 'Messages that reported a time to first token',
  },
  cost_nanos: {
    fold: 'sum',
    of: 'cost_nanos',
    unit: 'dollars',
    where: { type: 'message' },
    doc: 'Cost of the messages',
  },
} as const satisfies Record<string, Measure>;
