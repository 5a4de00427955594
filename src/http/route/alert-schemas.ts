import { z } from 'zod';

/** Schemas of the responses about alerts. */

const time = z.iso.datetime();

export const ruleSchema = z
  .strictObject({
    name: z.string(),
    project: z.int(),
    kind: z.string(),
    settings: z.record(z.string(), z.unknown()).describe('Thresholds and windows of its kind'),
    channels: z.array(z.string()),
    for_minutes: z.int(),
    firing: z.int().describe('Values that are firing'),
    pending: z.int(),
    states: z
      .array(
        z.strictObject({
          state: z.enum(['pending', 'firing']),
          budget: z.string().nullable(),
          value: z
            .string()
            .nullable()
            .describe('The user, agent, model, tool …; null for the project'),
          share: z.number().nullable().describe('For a budget, in percent'),
          since: time,
        }),
      )
      .describe(
        'The values that are firing, then those that are pending, the longest first; at most 20',
      ),
    muted_until: time.nullable().describe('The end of its mute; null if it is not muted'),
    created_at: time,
  })
  .meta({ id: 'AlertRule' });

export const channelSchema = z
  .strictObject({
    name: z.string(),
    project: z.int(),
    kind: z.enum(['webhook', 'slack', 'email']),
    shown: z.string().describe('The host, or the recipients of mail'),
    created_at: time,
  })
  .meta({ id: 'Channel' });

export const alertRecordSchema = z
  .strictObject({
    id: z.string(),
    type: z.enum(['alert.firing', 'alert.resolved']),
    text: z.string().describe('What it says, as a sentence'),
    created_at: time,
    data: z.strictObject({
      project: z.int(),
      rule: z.string(),
      kind: z.string(),
      budget: z.string().nullable(),
      value: z.string().nullable().describe('The user, agent, model, tool …; null for the project'),
      share: z.number().nullable().describe('For a budget, in percent'),
      figure: z.number(),
      limit: z.number(),
      measure: z.string(),
      window_start: time.nullable(),
    }),
    deliveries: z.array(
      z.strictObject({
        id: z.string().describe('The id that receivers get as `webhook-id`'),
        channel: z.string(),
        state: z.enum(['waiting', 'delivered', 'failed']),
        attempts: z.int(),
        delivered_at: time.nullable(),
        fault: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'AlertRecord' });
