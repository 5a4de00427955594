import type { RawSpan } from '../decode/otlp-item.js';
import { identitySources, keys } from '../tables/attribute-keys.js';
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
  agentId: placesOf(identitySources.agent_id),
};

/** The run, session, user, team, workflow and agent that a span itself names. */
export function namesOf(span: RawSpan, kind: KindOfSpan): OwnNames | undefined {
  const { attributes } = span;
  const names: Record<string, string> = {};
  const add = (name: keyof OwnNames, value: string | undefined) => {
    if (value !== undefined) names[name] = value;
  };
  add('run', readId(attributes, places.run));
  add('session', readId(attributes, places.session));
  add('user', readId(attributes, places.user));
  add('team', readId(attributes, places.team));
  add('workflow', readId(attributes, places.workflow));
  const agentName = agentNameOf(span, kind);
  add('agent_name', agentName);
  add('agent_id', readId(attributes, places.agentId) ?? cleanId(agentName));
  for (const _ in names) return names;
  return undefined;
}

function agentNameOf({ attributes, name }: RawSpan, kind: KindOfSpan): string | undefined {
  // The run of a team has no agent.
  if (attributes.get(keys.teamId) !== undefined) return undefined;
  const named = readName(attributes, places.agentName);
  if (named !== undefined) return named;
  if (attributes.get(keys.traceloopKind) === 'agent') {
    const entity = cleanName(attributes.get(keys.traceloopName));
    if (entity !== undefined) return entity;
  }
  return kind.kind === 'run' && kind.namesAgent ? cleanName(name.replace(/\.run$/, '')) : undefined;
}
