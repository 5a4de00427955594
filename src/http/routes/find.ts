import { z } from 'zod';
import { findNames } from '../../query/find.js';
import { name } from '../route/parameters.js';
import { route } from '../route/route.js';

const names = z.array(z.string());

/** Search by the beginning of an id or name. */
export const findRoute = route({
  method: 'GET',
  path: '/v1/find',
  id: 'find',
  tag: 'runs',
  summary: 'Find ids and names by their beginning',
  description: 'Up to five of each kind, in byte order.',
  scope: 'read',
  example: { q: 'run' },
  query: z.strictObject({ q: name('The beginning, exactly as written') }),
  responses: {
    200: {
      description: 'Ids and names that begin with it',
      example: {
        sessions: [],
        runs: [{ run_id: 'run-1', session_id: 'session-1' }],
        users: [],
        agents: [],
        models: [],
        tools: [],
      },
      schema: z
        .strictObject({
          sessions: names,
          runs: z.array(z.strictObject({ run_id: z.string(), session_id: z.string() })),
          users: names,
          agents: names,
          models: names,
          tools: names,
        })
        .meta({ id: 'Found' }),
    },
  },
  async handle({ service, project, query }) {
    return { body: await findNames(service.database, { ...query, project }) };
  },
});
