import { z } from 'zod';
import {
  figuresBy,
  getUsage,
  type UsageFigure,
  usageFigures,
} from '../../query/usage/get-usage.js';
import { usageBuckets } from '../../query/usage/usage-range.js';
import { type UsageDimension, usageDimensions } from '../../query/usage/usage-sources.js';
import { dimensionsOf } from '../../query/usage/usage-statement.js';
import { name, oneOf } from '../route/parameters.js';
import { defineTool } from './mcp-tool.js';
import { labels, range, rangeOf, rows, size, whose } from './tool-inputs.js';

const figures = usageFigures as readonly [UsageFigure, ...UsageFigure[]];
const usual: readonly UsageFigure[] = [
  'cost',
  'assistant_messages',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'tool_calls',
  'tool_errors',
  'runs',
  'failed_runs',
];

const label = z
  .templateLiteral(['label:', z.string()])
  .describe('label: and the name of a label, such as label:customer');

export const usageTool = defineTool({
  name: 'usage',
  title: 'Usage over time',
  description:
    'Cost in US dollars, tokens, messages, tool calls and runs, added up exactly, over a range of time: ' +
    'in total, in buckets, or by model, user, agent, team, workflow, provider, tool or label.',
  input: z.strictObject({
    ...range,
    bucket: oneOf(
      usageBuckets,
      'One row per bucket; by default one for the whole range',
    ).optional(),
    time_zone: name('The IANA time zone of the days; UTC by default').optional(),
    group_by: z
      .array(z.union([oneOf(usageDimensions, 'A dimension'), label]))
      .max(2)
      .optional()
      .describe('One row per combination of these'),
    figures: z
      .array(oneOf(figures, 'A figure'))
      .min(1)
      .max(20)
      .optional()
      .describe('The figures to return; the usual ones by default'),
    order_by: oneOf(figures, 'Which groups come first; cost by default').optional(),
    top: rows(10).describe('The maximum number of groups; 10 by default'),
    ...whose,
    model: name('Only usage of this model').optional(),
    provider: name('Only usage of this provider').optional(),
    tool_name: name('Only usage of this tool').optional(),
    ...labels,
    ...size,
  }),
  async read({ database, project }, input) {
    const { user_id, agent_id, team_id, workflow_id, model, provider, tool_name } = input;
    const filters: Partial<Record<UsageDimension, string>> = {
      ...Object.fromEntries(
        Object.entries({ user_id, agent_id, team_id, workflow_id, model, provider, tool_name })
          .concat(Object.entries(input.labels ?? {}).map(([of, value]) => [`label:${of}`, value]))
          .filter(([, value]) => value !== undefined),
      ),
    };
    const { group_by = [], order_by, bucket, time_zone } = input;
    const kept = figuresBy(dimensionsOf({ group_by, filters }));
    const asked = input.figures ?? usual.filter((figure) => kept.includes(figure));
    const series = await getUsage(database, {
      project,
      ...rangeOf(input),
      bucket,
      time_zone,
      group_by,
      filters,
      figures: asked,
      fill: false,
      order_by: order_by ?? (kept.includes('cost') ? 'cost' : asked[0]),
      ...(group_by.length === 0 ? {} : { top: input.top ?? 10 }),
    });
    return { answer: { ...series }, lists: ['rows'] };
  },
});
