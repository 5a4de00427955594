import { z } from 'zod';
import { type BudgetCheckOptions, budgetCheckSchema } from '../../budgets/asked-check.js';
import { getBudget, listBudgetStandings } from '../../budgets/budget-standing.js';
import { createBudget, dropBudget, listBudgets } from '../../budgets/budgets.js';
import { type NewBudget, newBudgetSchema } from '../../budgets/new-budget.js';
import { readObject } from '../body/read-object.js';
import { notFound } from '../problems/problem.js';
import { budgetSchema, checkedBudget, standingSchema } from '../route/budget-schemas.js';
import { name, wholeNumber } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const exampleCheck = {
  agent_id: 'writer',
  model: 'gpt-5-mini',
  estimate: { cost: 0.02 },
  hold_seconds: 120,
};
const exampleBudget = {
  name: 'writer-daily',
  scope: 'agent',
  value: 'writer',
  measure: 'cost',
  limit: 5,
  window: 'day',
};
const one = z.strictObject({ budget_name: name('The budget') });
const check = budgetCheckSchema.meta({ id: 'BudgetCheck', examples: [exampleCheck] });
const hold = z
  .strictObject({ hold_id: name('The hold') }, 'an object')
  .meta({ id: 'Hold', examples: [{ hold_id: '4e0f4a53-0d5e-4f6e-9a57-6f3f5a1c2b3d' }] });
const newBudget = newBudgetSchema.meta({ id: 'NewBudget', examples: [exampleBudget] });

/** Budgets of the project. */
export const budgetRoutes = [
  route({
    method: 'POST',
    path: '/v1/budgets/check',
    id: 'checkBudget',
    tag: 'budgets',
    summary: 'Check whether something may be done',
    description:
      'The response is 200 in both cases. With `hold_seconds` the estimate is held if every budget allows it, until ' +
      'an event with this `hold_id` is in the log, the hold is released, or it expires.',
    scope: 'ingest',
    body: { 'application/json': check },
    responses: {
      200: {
        description: 'The decision of the budgets that apply',
        schema: z.strictObject({
          allowed: z.boolean(),
          hold_id: z.string().nullable(),
          is_unknown: z.boolean().describe('Whether the database did not respond'),
          budgets: z.array(checkedBudget),
        }),
      },
    },
    problems: [413, 415, 422],
    async handle({ service, project, request }) {
      const body = checked(check, await readObject(request.raw, service.limits));
      return { body: await service.budgets.check(body as BudgetCheckOptions, project) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/budgets/release',
    id: 'releaseHold',
    tag: 'budgets',
    summary: 'Release a hold that will not be used',
    scope: 'ingest',
    body: { 'application/json': hold },
    responses: {
      200: {
        description: 'Whether anything was held under this id',
        schema: z.strictObject({ released: z.boolean() }),
      },
    },
    problems: [413, 415, 422],
    async handle({ service, project, request }) {
      const body = checked(hold, await readObject(request.raw, service.limits));
      return { body: await service.budgets.release(body as z.infer<typeof hold>, project) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/budgets',
    id: 'listBudgets',
    tag: 'budgets',
    summary: "List the project's budgets",
    scope: 'read',
    responses: {
      200: {
        description: 'All budgets, by name',
        schema: z.strictObject({ items: z.array(budgetSchema) }),
      },
    },
    async handle({ service, project }) {
      return { body: { items: await listBudgets(service.database, { project }) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/budget-standings',
    id: 'listBudgetStandings',
    tag: 'budgets',
    summary: "List the project's budgets, with their use and their holds",
    description: 'Sums the totals of the window of every budget.',
    scope: 'read',
    is_momentary: true,
    query: z.strictObject({
      limit: wholeNumber(
        1,
        20,
        'The maximum number of values and of holds per budget; 3 by default',
      ).optional(),
    }),
    responses: {
      200: {
        description: 'All budgets, by name',
        schema: z.strictObject({ items: z.array(standingSchema) }),
      },
    },
    async handle({ service, project, query }) {
      return {
        body: { items: await listBudgetStandings(service.database, { project, ...query }) },
      };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/budgets',
    id: 'createBudget',
    tag: 'budgets',
    summary: 'Create a budget',
    scope: 'admin',
    body: { 'application/json': newBudget },
    responses: { 201: { description: 'The budget', schema: budgetSchema } },
    problems: [409, 413, 415, 422],
    async handle({ service, project, request }) {
      const body = checked(newBudget, await readObject(request.raw, service.limits));
      const made = await createBudget(service.database, { ...(body as NewBudget), project });
      return { status: 201, body: made };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/budgets/{budget_name}',
    id: 'getBudget',
    tag: 'budgets',
    summary: 'Read a budget, its use and its holds',
    scope: 'read',
    is_momentary: true,
    params: one,
    responses: { 200: { description: 'The budget', schema: standingSchema } },
    problems: [404],
    async handle({ service, project, params: { budget_name } }) {
      const found = await getBudget(service.database, { project, name: budget_name });
      if (found === undefined) throw notFound('budget', budget_name);
      return { body: found };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/budgets/{budget_name}',
    id: 'dropBudget',
    tag: 'budgets',
    summary: 'Drop a budget and its holds',
    scope: 'admin',
    params: one,
    responses: { 200: { description: 'The budget, dropped', schema: budgetSchema } },
    problems: [404],
    async handle({ service, project, params: { budget_name } }) {
      const dropped = await dropBudget(service.database, { project, name: budget_name });
      if (dropped === undefined) throw notFound('budget', budget_name);
      return { body: dropped };
    },
  }),
];
