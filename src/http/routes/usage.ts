import { z } from 'zod';
import { nearestName } from '../../events/check/nearest-name.js';
import { isLabelName } from '../../events/labels.js';
import {
  figuresOf,
  getUsage,
  type UsageFigure,
  usageFigures,
} from '../../query/usage/get-usage.js';
import { usageBuckets } from '../../query/usage/usage-range.js';
import { labelOf, type UsageDimension, usageDimensions } from '../../query/usage/usage-sources.js';
import { csvFormat, csvResponse, wantsCsv } from '../route/csv-response.js';
import {
  flag,
  labels,
  listOf,
  name,
  names,
  oneOf,
  time,
  wholeNumber,
} from '../route/parameters.js';
import { usageSeriesSchema } from '../route/response-schema.js';
import { route } from '../route/route.js';

const figures = usageFigures as readonly [UsageFigure, ...UsageFigure[]];
/** The dimensions that have their own parameter. */
type Column = (typeof usageDimensions)[number];
const filters = Object.fromEntries(
  usageDimensions.map((dimension) => [
    dimension,
    names(`Only usage of this ${dimension}`).optional(),
  ]),
) as Record<Column, z.ZodOptional<ReturnType<typeof names>>>;

const dimensionPhrase = `any of ${usageDimensions.join(', ')} and label:NAME, with commas between them`;
const isDimension = (text: string): text is UsageDimension => {
  const label = labelOf(text);
  return label === undefined ? usageDimensions.some((name) => name === text) : isLabelName(label);
};
const dimensions = z
  .string(dimensionPhrase)
  .transform((text) => text.split(','))
  .pipe(
    z.array(
      z.custom<UsageDimension>((one) => isDimension(String(one)), {
        error: ({ input }) => {
          const meant = nearestName(String(input), usageDimensions);
          return meant === undefined
            ? dimensionPhrase
            : `${dimensionPhrase} (did you mean ${meant}?)`;
        },
      }),
    ),
  )
  .meta({ description: `A row for each combination of these: ${dimensionPhrase}` });

export const usageRoute = route({
  method: 'GET',
  path: '/v1/usage',
  id: 'getUsage',
  tag: 'usage',
  summary: 'Read usage over time',
  description:
    'Of models, tools, agents, teams, workflows, users or labels, in buckets of any time zone. Sums are exact, ' +
    'quantiles within 1 %. Each message, tool call and run counts at the time when it ended, for the user, agent, ' +
    'team and workflow that it names, and once for each of its labels. A response has at most 50,000 rows.',
  scope: 'read',
  example: {
    from: '2026-03-04T00:00:00Z',
    to: '2026-03-05T00:00:00Z',
    bucket: 'day',
    group_by: 'model',
  },
  query: z.strictObject({
    from: time('The start'),
    to: time('The end; now by default').optional(),
    bucket: oneOf(
      usageBuckets,
      'The length of each bucket; by default one bucket for the whole range',
    ).optional(),
    time_zone: name('The IANA time zone of the days; UTC by default').optional(),
    group_by: dimensions.optional(),
    fill: flag('Whether empty buckets have rows; true by default').optional(),
    top: wholeNumber(
      1,
      1000,
      'Only this number of groups, those with the greatest `order_by`',
    ).optional(),
    order_by: oneOf(figures, 'The figure for `top`; cost by default').optional(),
    figures: listOf(
      figures,
      'Limits rows to these figures; by default rows have all that are stored for the grouping and the filters',
    ).optional(),
    quantiles: flag(
      'Whether rows have quantiles of times if `figures` names none; true by default',
    ).optional(),
    before_from: time(
      'The start of an earlier range, whose rows are in `before`; not in CSV',
    ).optional(),
    before_to: time('The end of that range').optional(),
    ...filters,
    label: labels('Only with this label').optional(),
    ...csvFormat,
  }),
  responses: { 200: { description: 'The series', schema: usageSeriesSchema, has_csv: true } },
  async handle({ service, project, query, request }) {
    const { agent_id, provider, model, tool_name, team_id, workflow_id, user_id, ...rest } = query;
    const { label = {}, format: _format, ...options } = rest;
    const byLabel = Object.entries(label).map(([name, values]) => [`label:${name}`, values]);
    const byColumn = { agent_id, provider, model, tool_name, team_id, workflow_id, user_id };
    const question = {
      ...options,
      filters: { ...byColumn, ...Object.fromEntries(byLabel) },
      project,
    };
    const series = await getUsage(service.database, question);
    if (!wantsCsv(query, request)) return { body: series };
    const names = ['bucket_start', 'bucket_local', ...series.group_by, ...figuresOf(question)];
    return csvResponse('usage', names, series.rows);
  },
});
