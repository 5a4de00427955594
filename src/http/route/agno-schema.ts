import { z } from 'zod';
import { agnoMetricNames, isObjectMetric, isTokenMetric } from '../../query/agno/agno-metrics.js';
import { agno2Figures } from '../../query/agno/agno2-metrics.js';
import { oneOf } from './parameters.js';

const agnoValue = (name: (typeof agnoMetricNames)[number]) =>
  isObjectMetric(name)
    ? z.record(z.string(), z.unknown())
    : isTokenMetric(name)
      ? z.int()
      : z.number();

const runMetrics1 = z
  .strictObject(
    Object.fromEntries(agnoMetricNames.map((name) => [name, z.array(agnoValue(name)).optional()])),
  )
  .describe(
    "A run's metrics as Agno 1.x writes them: one value per assistant message that reported it",
  )
  .meta({ id: 'RunMetrics' });
const sessionMetrics1 = z
  .strictObject(
    Object.fromEntries(agnoMetricNames.map((name) => [name, agnoValue(name).nullable()])),
  )
  .describe("A session's metrics as Agno 1.x writes them")
  .meta({ id: 'SessionMetrics' });

const sums = Object.fromEntries(
  agno2Figures.map((name) => [name, (name === 'cost' ? z.number() : z.int()).optional()]),
);
const details = z
  .record(
    z.string(),
    z.array(
      z.strictObject({
        ...sums,
        id: z.string().optional().describe('The model'),
        provider: z.string().optional(),
        provider_metrics: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  )
  .optional()
  .describe('The usage of each model, by its purpose');
const runMetrics2 = z
  .strictObject({
    ...sums,
    time_to_first_token: z.number().optional(),
    duration: z.number().optional(),
    details,
  })
  .describe("A run's metrics as Agno 2.x writes them, without values that are 0 or not reported")
  .meta({ id: 'Agno2RunMetrics' });
const sessionMetrics2 = z
  .strictObject({ ...sums, details })
  .describe("A session's metrics as Agno 2.x writes them, including members")
  .meta({ id: 'Agno2SessionMetrics' });

export const runMetricsSchema = z.union([runMetrics1, runMetrics2]);
export const sessionMetricsSchema = z.union([sessionMetrics1, sessionMetrics2]);
/** The version of Agno whose shape a response has. */
export const agnoVersion = { agno: oneOf(['1', '2'], "Agno's version; 1 by default").optional() };
