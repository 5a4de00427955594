import { z } from 'zod';
import { eventSchemas } from '../../events/check/event-schema.js';
import type { EventType } from '../../events/metric-event.js';
import { agnoMediaType, type EventMediaType } from '../../ingest/formats/media-types.js';
import { exampleEvents } from './example-values.js';

/** Fields that a sender may leave out: the service fills them in. */
const optional = { id: true, session_id: true, occurred_at: true } as const;

function inputSchema(kind: keyof typeof eventSchemas, type: EventType, name: string): z.ZodType {
  const schema = eventSchemas[kind][type];
  // The schemas of src/events are objects, but their type does not say so.
  if (!(schema instanceof z.ZodObject)) throw new Error(`Expected a schema of an object: ${type}.`);
  return schema.partial(optional).meta({ id: name });
}

/** One event as a sender writes it. The schema is that of `src/events`, for the reference. */
export const eventBodySchema = z
  .union([
    inputSchema('plain', 'message', 'MessageEvent'),
    inputSchema('plain', 'tool_call', 'ToolCallEvent'),
    inputSchema('plain', 'run', 'RunEvent'),
    inputSchema('correction', 'message', 'MessageCorrection'),
    inputSchema('correction', 'tool_call', 'ToolCallCorrection'),
    inputSchema('correction', 'run', 'RunCorrection'),
  ])
  .describe(
    'A metric event. The defaults are a new `id`, the run id as `session_id`, and the current time as `occurred_at`.',
  )
  .meta({ id: 'Event' });

const { type, id, occurred_at: time, ...data } = exampleEvents[0];
const exampleEnvelope = {
  specversion: '1.0',
  id,
  source: '/agents/helper',
  type: `com.example.${type}`,
  time,
  data,
};

const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string().describe('Its last part is the type of an event without a type'),
    time: z.string().optional(),
    data: z.record(z.string(), z.unknown()).describe('The event'),
  })
  .describe('A CloudEvents 1.0 envelope around an event')
  .meta({ id: 'CloudEvent', examples: [exampleEnvelope] });

const agnoRun = z
  .looseObject({ run_id: z.string() })
  .describe(
    'An Agno run as `RunOutput.to_dict()` (2.x) or `RunResponse.to_dict()` (1.x) writes it. Its text is never stored and may be left out.',
  )
  .meta({ id: 'AgnoRun' });

const lines = z.string().describe('One event per line');

/** The bodies of events, by media type. */
export const eventBodies: Readonly<Record<EventMediaType, z.ZodType>> = {
  'application/json': z
    .union([eventBodySchema, z.array(eventBodySchema)])
    .meta({ examples: [exampleEvents] }),
  'application/x-ndjson': lines,
  'application/ndjson': lines,
  'application/jsonl': lines,
  'application/cloudevents+json': cloudEvent,
  'application/cloudevents-batch+json': z.array(cloudEvent),
  [agnoMediaType]: z.union([agnoRun, z.array(agnoRun)]),
};
