import { seconds } from '../figure/figures.js';
import { exactMoment, moment } from '../figure/moments.js';
import type { Column } from './data-table.js';
import { CallsCell, CostCell, FilterCell, mostOf, TokensCell } from './total-cells.js';

/** What a session and a run both have. */
interface Totals {
  readonly started_at: string | null;
  readonly user_id: string | null;
  readonly model: string | null;
  readonly tool_calls: number | null;
  readonly tool_errors: number | null;
  readonly run_time: number | null;
  readonly input_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly cost: number | null;
  readonly unpriced_messages: number;
}

/** The columns that lists of sessions and of runs share. Bars are scaled to the rows given. */
export function totalColumns<T extends Totals>(rows: readonly T[]) {
  const mostTokens = mostOf(rows, ({ total_tokens }) => total_tokens);
  const mostCost = mostOf(rows, ({ cost }) => cost);
  return {
    started: {
      key: 'started',
      head: 'Started',
      sort: 'started_at',
      cell: ({ started_at }) => (
        <span class="nowrap" title={started_at === null ? undefined : exactMoment(started_at)}>
          {moment(started_at)}
        </span>
      ),
    },
    user: {
      key: 'user',
      head: 'User',
      isWide: true,
      cell: ({ user_id }) => <FilterCell name="user_id" value={user_id} />,
    },
    model: {
      key: 'model',
      head: 'Model',
      isWide: true,
      cell: ({ model }) => <FilterCell name="model" value={model} />,
    },
    calls: {
      key: 'calls',
      head: 'Calls',
      sort: 'tool_calls',
      also: { head: 'failed', sort: 'tool_errors' },
      isFigure: true,
      isWide: true,
      cell: ({ tool_calls, tool_errors }) => <CallsCell calls={tool_calls} failed={tool_errors} />,
    },
    runTime: {
      key: 'run_time',
      head: 'Run time',
      sort: 'run_time',
      isFigure: true,
      isWide: true,
      cell: ({ run_time }) => seconds(run_time),
    },
    tokens: {
      key: 'tokens',
      head: 'Tokens',
      sort: 'total_tokens',
      isFigure: true,
      isWide: 'phone',
      cell: (row) => <TokensCell row={row} most={mostTokens} />,
    },
    cost: {
      key: 'cost',
      head: 'Cost',
      sort: 'cost',
      isFigure: true,
      cell: (row) => <CostCell row={row} most={mostCost} />,
    },
  } as const satisfies Record<string, Column<T>>;
}
