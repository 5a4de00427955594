import { z } from 'zod';
import { listAlertHistory } from '../../alerts/history.js';
import { mostMuteMinutes, mutePhrase, muteRule } from '../../alerts/mute.js';
import { type NewRule, newRuleSchema } from '../../alerts/new-rule.js';
import { createRule, dropRule, listRules } from '../../alerts/rules.js';
import { readObject } from '../body/read-object.js';
import { notFound } from '../problems/problem.js';
import { alertRecordSchema, ruleSchema } from '../route/alert-schemas.js';
import { name, page } from '../route/parameters.js';
import { pageOf } from '../route/response-schema.js';
import { checked, route } from '../route/route.js';

const oneRule = z.strictObject({ rule_name: name('The rule') });
const newRule = newRuleSchema.meta({
  id: 'NewRule',
  examples: [{ kind: 'budget', name: 'spend', channels: ['ops'] }],
});
const mute = z
  .strictObject(
    { minutes: z.int(mutePhrase).min(0, mutePhrase).max(mostMuteMinutes, mutePhrase) },
    'an object',
  )
  .meta({ id: 'Mute', examples: [{ minutes: 60 }] });

/** Alert rules, and their history. */
export const alertRoutes = [
  route({
    method: 'GET',
    path: '/v1/alerts',
    id: 'listAlerts',
    tag: 'alerts',
    summary: 'List the rules, and how many of their values are firing',
    scope: 'read',
    is_momentary: true,
    responses: {
      200: {
        description: 'All rules, by name',
        schema: z.strictObject({ items: z.array(ruleSchema) }),
      },
    },
    async handle({ service, project }) {
      return { body: { items: await listRules(service.database, { project }) } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/alerts',
    id: 'createAlert',
    tag: 'alerts',
    summary: 'Create a rule',
    scope: 'admin',
    body: { 'application/json': newRule },
    responses: { 201: { description: 'The rule', schema: ruleSchema } },
    problems: [409, 413, 415, 422],
    async handle({ service, project, request }) {
      const body = checked(newRule, await readObject(request.raw, service.limits));
      const made = await createRule(service.database, { ...(body as NewRule), project });
      return { status: 201, body: made };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/alerts/{rule_name}',
    id: 'dropAlert',
    tag: 'alerts',
    summary: 'Drop a rule; its history is kept',
    scope: 'admin',
    params: oneRule,
    responses: { 200: { description: 'The rule, dropped', schema: ruleSchema } },
    problems: [404],
    async handle({ service, project, params: { rule_name } }) {
      const dropped = await dropRule(service.database, { project, name: rule_name });
      if (dropped === undefined) throw notFound('rule', rule_name);
      return { body: dropped };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/alerts/{rule_name}/mute',
    id: 'muteAlert',
    tag: 'alerts',
    summary: 'Mute a rule for some minutes, or end its mute',
    description:
      'A muted rule is still evaluated, and its history continues. When the mute ends, notifications are sent for ' +
      'values that are still firing.',
    scope: 'admin',
    params: oneRule,
    body: { 'application/json': mute },
    responses: { 200: { description: 'The rule', schema: ruleSchema } },
    problems: [404, 413, 415, 422],
    async handle({ service, project, params: { rule_name }, request }) {
      const { minutes } = checked(mute, await readObject(request.raw, service.limits)) as {
        readonly minutes: number;
      };
      const muted = await muteRule(service.database, { project, name: rule_name, minutes });
      if (muted === undefined) throw notFound('rule', rule_name);
      return { body: muted };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/alerts/history',
    id: 'listAlertHistory',
    tag: 'alerts',
    summary: 'List alerts that fired and resolved, with their deliveries',
    scope: 'read',
    is_momentary: true,
    query: z.strictObject({
      rule: name('Only those of this rule').optional(),
      budget: name('Only those of this budget').optional(),
      ...page,
    }),
    responses: {
      200: {
        description: 'Notifications, newest first',
        schema: pageOf(alertRecordSchema),
      },
    },
    async handle({ service, project, query }) {
      return { body: await listAlertHistory(service.database, { project, ...query }) };
    },
  }),
];
