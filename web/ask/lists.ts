import type { Page } from '../../src/query/page.js';
import type { RunTotals, SessionTotals } from '../../src/query/totals/totals.js';
import {
  type FilterName,
  filters,
  isLabelFilter,
  labelOf,
  parameter,
} from '../address/parameters.js';
import { rfc3339, span } from '../address/range.js';
import { type Asked, useAsked } from './asking.js';
import { requestUrl, service } from './service.js';

export type { RunTotals, SessionTotals };

/** The filters of lists of sessions, and the additional ones of runs. */
export const sessionFilters = [
  'user_id',
  'agent_id',
  'team_id',
  'workflow_id',
  'model',
  'provider',
] as const;
export const runFilters = [...sessionFilters, 'status'] as const;

/** The default number of rows of a page. */
export const pageRows = 50;

type Query = Readonly<Record<string, unknown>>;

/** The request of a list: the range, the filters, the order and the page in the address. */
export function listQuestion(
  names: readonly (keyof typeof filters.value)[],
  more: Query = {},
): Query {
  const { from, to } = span.value;
  const narrowed = names.flatMap((name) => {
    const values = filters.value[name];
    return values === undefined ? [] : [[name, values.length === 1 ? values[0] : values]];
  });
  return {
    from: rfc3339(from),
    to: to === undefined ? undefined : rfc3339(to),
    ...Object.fromEntries(narrowed),
    ...labelsOfFilters(),
    order_by: parameter('sort'),
    failed: parameter('failed') === 'true' ? true : undefined,
    limit: Number(parameter('limit')) || pageRows,
    cursor: parameter('cursor'),
    ...more,
  };
}

/** The labels in the address, in the form of list requests. */
function labelsOfFilters(): { readonly labels?: Readonly<Record<string, readonly string[]>> } {
  const all = (Object.entries(filters.value) as [FilterName, readonly string[]][]).flatMap(
    ([name, values]) => (isLabelFilter(name) ? [[labelOf(name), values] as const] : []),
  );
  return all.length === 0 ? {} : { labels: Object.fromEntries(all) };
}

/** The parameters of a request. Each label is a separate parameter. */
function parametersOf({ labels = {}, ...rest }: Query): Query {
  const own = Object.entries(labels as object).map(([name, value]) => [`label.${name}`, value]);
  return { ...rest, ...Object.fromEntries(own) };
}

export function useSessions(question: Query, kind = 'sessions'): Asked<Page<SessionTotals>> {
  return useAsked(kind, question, () => service.listSessions(question));
}

export function useRuns(question: Query, kind = 'runs'): Asked<Page<RunTotals>> {
  return useAsked(kind, question, () => service.listRuns(question));
}

/** The address of the whole list as a file, from its first row. */
export const csvUrl = (path: '/v1/sessions' | '/v1/runs', question: Query) =>
  requestUrl(path, {
    ...parametersOf(question),
    limit: undefined,
    cursor: undefined,
    format: 'csv',
  });
export const sessionsUrl = (question: Query) => requestUrl('/v1/sessions', parametersOf(question));
export const runsUrl = (question: Query) => requestUrl('/v1/runs', parametersOf(question));
