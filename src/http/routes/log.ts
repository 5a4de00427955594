import { z } from 'zod';
import { eventTypes, roles } from '../../events/metric-event.js';
import { listEvents } from '../../query/log/events.js';
import { listMessages } from '../../query/log/messages.js';
import { listToolCalls } from '../../query/log/tool-calls.js';
import { InvalidQueryError } from '../../query/query-errors.js';
import { csvFormat, listResponse } from '../route/csv-response.js';
import { flag, name, oneOf, page, timeRange } from '../route/parameters.js';
import { eventRowSchema, messageSchema, pageOf, toolCallSchema } from '../route/response-schema.js';
import { route } from '../route/route.js';

const place = {
  session_id: name('Only those of this session; this or `run_id` is required').optional(),
  run_id: name('Only those of this run; this or `session_id` is required').optional(),
};

/** Without one of them, every page would read the whole log of the project. */
function checkPlace(query: { session_id?: string | undefined; run_id?: string | undefined }): void {
  if ((query.session_id ?? query.run_id) !== undefined) return;
  throw new InvalidQueryError('session_id', 'session_id or run_id', 'neither');
}

const order = 'By `occurred_at`, `sequence` and `id`, oldest first.';

export const logRoutes = [
  route({
    method: 'GET',
    path: '/v1/messages',
    id: 'listMessages',
    tag: 'log',
    summary: 'List the messages of a session or run',
    description: `${order} Corrections are added to the figures of what they correct.`,
    scope: 'read',
    example: { run_id: 'run-1' },
    query: z.strictObject({
      ...place,
      role: oneOf(
        Object.keys(roles) as [keyof typeof roles],
        'Only those with this role',
      ).optional(),
      model: name('Only those that this model served').optional(),
      failed: flag('Only those that failed, or only the others').optional(),
      ...timeRange('ended'),
      ...page,
      ...csvFormat,
    }),
    responses: {
      200: { description: 'A page of messages', schema: pageOf(messageSchema), has_csv: true },
    },
    async handle(call) {
      const { service, project } = call;
      const { format: _format, ...query } = call.query;
      checkPlace(query);
      return listResponse(call, 'messages', messageSchema, (page) =>
        listMessages(service.database, { ...query, ...page, project }),
      );
    },
  }),
  route({
    method: 'GET',
    path: '/v1/tool-calls',
    id: 'listToolCalls',
    tag: 'log',
    summary: 'List the tool calls of a session or run, or the newest of a tool',
    description: `${order} With \`newest\` the newest first. Corrections are added to the figures of what they correct.`,
    scope: 'read',
    example: { run_id: 'run-1' },
    query: z.strictObject({
      ...place,
      newest: flag(
        'The newest first, of all sessions; then `tool_name` is required, and neither session nor run',
      ).optional(),
      tool_name: name('Only those of this tool').optional(),
      failed: flag('Only those that failed, or only the others').optional(),
      ...timeRange('ended'),
      ...page,
      ...csvFormat,
    }),
    responses: {
      200: { description: 'A page of tool calls', schema: pageOf(toolCallSchema), has_csv: true },
    },
    async handle(call) {
      const { service, project } = call;
      const { format: _format, ...query } = call.query;
      if (query.newest !== true) checkPlace(query);
      return listResponse(call, 'tool-calls', toolCallSchema, (page) =>
        listToolCalls(service.database, { ...query, ...page, project }),
      );
    },
  }),
  route({
    method: 'GET',
    path: '/v1/events',
    id: 'listEvents',
    tag: 'events',
    summary: 'List the events of a session or run as they were recorded',
    description: `${order} Corrections are separate rows.`,
    scope: 'read',
    example: { run_id: 'run-1' },
    query: z.strictObject({
      ...place,
      type: oneOf(
        Object.keys(eventTypes) as [keyof typeof eventTypes],
        'Only those of this type',
      ).optional(),
      corrects: name('Only corrections of this event').optional(),
      ...timeRange('ended'),
      ...page,
    }),
    responses: { 200: { description: 'A page of events', schema: pageOf(eventRowSchema) } },
    async handle({ service, project, query }) {
      checkPlace(query);
      return { body: await listEvents(service.database, { ...query, project }) };
    },
  }),
];
