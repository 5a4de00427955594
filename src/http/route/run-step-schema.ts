import { z } from 'zod';
import { roles } from '../../events/metric-event.js';

const text = z.string().nullable();
const count = z.int().nullable();
const figure = z.number().nullable();
export const runStepSchema = z
  .strictObject({
    type: z.enum(['message', 'tool_call']),
    id: z.string(),
    session_id: z.string(),
    run_id: z.string(),
    depth: z.int().describe('How far its run is below the one in the path, which is 0'),
    agent_id: text,
    name: z.string().describe('The model or the tool; the role of a message no model wrote'),
    role: z.enum(Object.keys(roles) as [keyof typeof roles]).nullable(),
    error: z.boolean().nullable(),
    error_text: text,
    started_at: z.iso.datetime().describe('When it ended, less the time it was recorded with'),
    ended_at: z.iso.datetime(),
    sequence: count,
    time: figure,
    time_to_first_token: figure,
    input_tokens: count,
    cached_tokens: count,
    output_tokens: count,
    reasoning_tokens: count,
    total_tokens: count,
    cost: figure,
    cost_source: text,
    corrections: z.int().describe('How many corrections the figures hold'),
  })
  .meta({ id: 'RunStep' });
