import type { Changes } from '../address/parameters.js';
import { service } from './service.js';

/** Something that was found, and its address. */
export interface Found {
  readonly kind: string;
  readonly name: string;
  readonly note?: string;
  readonly path: string;
  readonly changes?: Changes;
}

/** Sessions, runs, users, agents, models and tools whose name begins with a string. */
export async function findAll(q: string): Promise<readonly Found[]> {
  const { sessions, runs, users, agents, models, tools } = await service.find({ q });
  const of = (path: string, name: string) => `${path}/${encodeURIComponent(name)}`;
  return [
    ...sessions.map((name) => ({ kind: 'Session', name, path: of('/sessions', name) })),
    ...runs.map(({ run_id, session_id }) => ({
      kind: 'Run',
      name: run_id,
      note: session_id,
      path: of('/runs', run_id),
      changes: { session: session_id },
    })),
    ...users.map((name) => ({ kind: 'User', name, path: '/sessions', changes: { user_id: name } })),
    ...agents.map((name) => ({ kind: 'Agent', name, path: '/', changes: { agent_id: name } })),
    ...models.map((name) => ({ kind: 'Model', name, path: '/', changes: { model: name } })),
    ...tools.map((name) => ({ kind: 'Tool', name, path: of('/tools', name) })),
  ];
}
