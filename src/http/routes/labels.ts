import { z } from 'zod';
import { isLabelName, labelNamePhrase } from '../../events/labels.js';
import { listLabels, listLabelValues } from '../../query/label-names.js';
import { name, page, wholeNumber } from '../route/parameters.js';
import { pageOf } from '../route/response-schema.js';
import { route } from '../route/route.js';

const last_used_at = z.iso
  .datetime()
  .describe('The start of the quarter of an hour in which an event last had it');
const labelSchema = z
  .strictObject({
    name: z.string(),
    values: z.array(z.string()).describe('The first values in byte order'),
    has_more_values: z.boolean(),
    last_used_at,
  })
  .meta({ id: 'LabelName' });
const valueSchema = z.strictObject({ value: z.string(), last_used_at }).meta({ id: 'LabelValue' });

/** The labels that events have. */
export const labelRoutes = [
  route({
    method: 'GET',
    path: '/v1/labels',
    id: 'listLabels',
    tag: 'usage',
    summary: 'List the labels of events, with their first values',
    description: 'By name in byte order.',
    scope: 'read',
    query: z.strictObject({
      values: wholeNumber(
        0,
        100,
        'The maximum number of values per label; 10 by default',
      ).optional(),
      ...page,
    }),
    responses: { 200: { description: 'A page of labels', schema: pageOf(labelSchema) } },
    async handle({ service, project, query }) {
      return { body: await listLabels(service.database, { ...query, project }) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/labels/{label_name}/values',
    id: 'listLabelValues',
    tag: 'usage',
    summary: 'List the values of a label',
    description: 'In byte order; none if no event has the label.',
    scope: 'read',
    params: z.strictObject({
      label_name: name('The label').refine(isLabelName, labelNamePhrase),
    }),
    query: z.strictObject({
      prefix: name('Only values that begin with this').optional(),
      ...page,
    }),
    responses: { 200: { description: 'A page of values', schema: pageOf(valueSchema) } },
    async handle({ service, project, params: { label_name }, query }) {
      return {
        body: await listLabelValues(service.database, { ...query, name: label_name, project }),
      };
    },
  }),
];
