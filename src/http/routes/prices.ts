import { z } from 'zod';
import { type NewPrice, newPriceSchema } from '../../pricing/new-price.js';
import {
  dropPriceOverrides,
  listPriceOverrides,
  setPriceOverride,
} from '../../pricing/price-overrides.js';
import { readObject } from '../body/read-object.js';
import { notFound } from '../problems/problem.js';
import { name } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const newPrice = newPriceSchema.meta({
  id: 'NewPrice',
  examples: [{ model: 'my-model', input: 0.4, output: 1.6, cached: 0.1 }],
});
const priceSchema = newPriceSchema
  .extend({ project: z.int(), from: z.iso.datetime().optional() })
  .meta({ id: 'Price' });

/** The project's own prices, which override those of the price book. */
export const priceRoutes = [
  route({
    method: 'GET',
    path: '/v1/prices',
    id: 'listPrices',
    tag: 'prices',
    summary: "List the project's own prices",
    description:
      'They override those of the price book that comes with Runfold. In US dollars per million tokens.',
    scope: 'read',
    responses: {
      200: {
        description: 'All prices, by model, provider and time',
        schema: z.strictObject({ items: z.array(priceSchema) }),
      },
    },
    async handle({ service, project }) {
      return { body: { items: await listPriceOverrides(service.database, { project }) } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/prices',
    id: 'setPrice',
    tag: 'prices',
    summary: 'Set the price of a model',
    description:
      'A price for the same model, provider and time is replaced. Within ten seconds the price is used for new ' +
      'messages; messages that have a price already keep it.',
    scope: 'admin',
    body: { 'application/json': newPrice },
    responses: { 200: { description: 'The price as it is stored', schema: priceSchema } },
    problems: [413, 415, 422],
    async handle({ service, project, request }) {
      const body = checked(newPrice, await readObject(request.raw, service.limits));
      const price = { ...(body as NewPrice), project };
      return { body: await setPriceOverride(service.database, price) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/prices/{model}',
    id: 'dropPrices',
    tag: 'prices',
    summary: 'Remove the prices of a model',
    description: 'Those for all providers and times.',
    scope: 'admin',
    params: z.strictObject({ model: name('The model') }),
    responses: {
      200: {
        description: 'How many prices were removed',
        schema: z.strictObject({ dropped: z.int() }),
      },
    },
    problems: [404],
    async handle({ service, project, params: { model } }) {
      const dropped = await dropPriceOverrides(service.database, { project, model });
      if (dropped === 0) throw notFound('price for model', model);
      return { body: { dropped } };
    },
  }),
];
