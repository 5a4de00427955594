import type { FastifyRequest } from 'fastify';
import { isLabelName } from '../../events/labels.js';
import type { Caller } from '../service/caller.js';

type Query = Readonly<Record<string, unknown>>;

/**
 * The parameters of a query. Those of labels (`label.NAME`) are collected in `label`. A browser
 * that is signed in to several projects names one in the query of any route.
 */
export function givenQuery(request: FastifyRequest, { key }: Caller): unknown {
  const given = withLabels(request.query as Query);
  if (key?.kind !== 'browser') return given;
  const { project: _project, ...query } = given;
  return query;
}

const prefix = 'label.';

/** A name that is not valid for a label stays unchanged, and is refused as an unknown parameter. */
function withLabels(query: Query): Query {
  const isLabel = ([name]: readonly [string, unknown]) =>
    name.startsWith(prefix) && isLabelName(name.slice(prefix.length));
  const given = Object.entries(query);
  const labels = given.filter(isLabel);
  if (labels.length === 0) return query;
  return {
    ...Object.fromEntries(given.filter((parameter) => !isLabel(parameter))),
    label: Object.fromEntries(labels.map(([name, value]) => [name.slice(prefix.length), value])),
  };
}
