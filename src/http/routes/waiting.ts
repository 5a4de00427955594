import { z } from 'zod';
import { eventTypes } from '../../events/metric-event.js';
import { listWaitingSpans } from '../../query/waiting/waiting-spans.js';
import { wholeNumber } from '../route/parameters.js';
import { route } from '../route/route.js';

const types = Object.keys(eventTypes) as [keyof typeof eventTypes];
const waitingResponse = z
  .strictObject({
    items: z.array(
      z.strictObject({
        trace_id: z.string(),
        span_id: z.string(),
        type: z.enum(types).describe('The type of event that it will become'),
        model: z.string().nullable(),
        tool_name: z.string().nullable(),
        input_tokens: z.int().nullable(),
        output_tokens: z.int().nullable(),
        waiting_since: z.iso.datetime(),
        due_at: z.iso.datetime().describe('When it is settled even if spans are missing'),
      }),
    ),
    waiting: z.int().describe('The total number of waiting spans'),
  })
  .meta({ id: 'WaitingSpans' });

/** Spans that are not in the totals yet. */
export const waitingRoute = route({
  method: 'GET',
  path: '/v1/waiting',
  id: 'listWaitingSpans',
  tag: 'otlp',
  summary: 'List spans that wait for the spans above them',
  description:
    'Their figures are in no total yet. A span waits until the chain of its parents has arrived, or ' +
    'until `due_at`. Those that have waited longest come first.',
  scope: 'read',
  is_momentary: true,
  query: z.strictObject({
    limit: wholeNumber(1, 1000, 'The maximum number of spans; 100 by default').optional(),
  }),
  responses: {
    200: {
      description: 'The waiting spans',
      schema: waitingResponse,
      example: { items: [], waiting: 0 },
    },
  },
  async handle({ service, project, query }) {
    return { body: await listWaitingSpans(service.database, { ...query, project }) };
  },
});
