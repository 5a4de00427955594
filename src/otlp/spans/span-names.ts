import type { Attributes } from '../decode/attributes.js';
import type { RawSpan } from '../decode/otlp-item.js';
import { identitySources, keys, scopesWithPassingAgentIds } from '../tables/attribute-keys.js';
import { cleanId, cleanName, placesOf, readId, readName } from './read-sources.js';
import type { OwnNames } from './span-item.js';
import type { KindOfSpan } from './span-kind.js';

const places = {
  run: placesOf(identitySources.run),
  session: placesOf(identitySources.session),
  user: placesOf(identitySources.user),
  team: placesOf(identitySources.team),
  workflow: placesOf(identitySources.workflow),
  agentName: placesOf(identitySources.agent_name),
  runAgent: placesOf(identitySources['agent_name of a run span']),
  agentId: placesOf(identitySources.agent_id),
};

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The run, session, user, team, workflow and agent that a span itself names. What a root does not name, its resource
 * may, such as the session of a command-line tool.
 */
export function namesOf(span: RawSpan, kind: KindOfSpan): OwnNames | undefined {
  const { attributes } = span;
  const resource = span.parentId === '' ? span.resource : undefined;
  const names: Record<string, string> = {};
  const add = (name: keyof OwnNames, value: string | undefined) => {
    if (value !== undefined) names[name] = value;
  };
  add('run', readId(attributes, places.run));
  for (const name of ['session', 'user', 'team', 'workflow'] as const) {
    const found = readId(attributes, places[name]);
    add(name, found ?? (resource === undefined ? undefined : readId(resource, places[name])));
  }
  const agent = agentOf(span, attributes, agentNameOf(span, kind));
  add('agent_name', agent.name);
  add('agent_id', agent.id);
  if (agent.id === undefined && resource !== undefined) {
    const named = agentOf(span, resource, readName(resource, places.agentName));
    add('agent_name', named.name);
    add('agent_id', named.id);
  }
  for (const _ in names) return names;
  return undefined;
}

function agentOf({ scope }: RawSpan, attributes: Attributes, name: string | undefined) {
  const id = readId(attributes, places.agentId);
  const isPassing =
    name !== undefined &&
    id !== undefined &&
    scopesWithPassingAgentIds.includes(scope) &&
    uuid.test(id);
  return { name, id: isPassing ? cleanId(name) : (id ?? cleanId(name)) };
}

function agentNameOf({ attributes, name }: RawSpan, kind: KindOfSpan): string | undefined {
  // The run of a team has no agent.
  if (attributes.get(keys.teamId) !== undefined) return undefined;
  const named = readName(attributes, places.agentName);
  if (named !== undefined) return named;
  const node = kind.kind === 'run' ? readName(attributes, places.runAgent) : undefined;
  if (node !== undefined) return node;
  if (attributes.get(keys.traceloopKind) === 'agent') {
    const entity = cleanName(attributes.get(keys.traceloopName));
    if (entity !== undefined) return entity;
  }
  return kind.kind === 'run' && kind.namesAgent ? cleanName(name.replace(/\.run$/, '')) : undefined;
}
