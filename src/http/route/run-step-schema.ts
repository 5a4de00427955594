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
    depth: z.int().describe('The level of its run below the run in the path, which is 0'),
    agent_id: text,
    name: z.string().describe('The model or the tool; the role of a message without a model'),
    role: z.enum(Object.keys(roles) as [keyof typeof roles]).nullable(),
    error: z.boolean().nullable(),
    error_text: text,
    started_at: z.iso.datetime().describe('When it ended, minus the time that it took'),
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
    labels: z.record(z.string(), z.string()).nullable().describe('Your own dimensions'),
    corrections: z.int().describe('How many corrections the figures include'),
  })
  .meta({ id: 'RunStep' });
