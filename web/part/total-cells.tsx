import { type FilterName, here, parameters } from '../address/parameters.js';
import { Meter, TokenBar } from '../chart/meter.js';
import { coloursOf } from '../figure/colours.js';
import { costOf, exactCostOf, none, short, whole } from '../figure/figures.js';
import { Dot } from './dot.js';

/** A value that becomes a filter when clicked. */
export function FilterCell({
  name,
  value,
}: {
  readonly name: FilterName;
  readonly value: string | null;
}) {
  if (value === null) return <span class="faint">{none}</span>;
  const all = parameters(name);
  if (all.includes(value)) return <>{value}</>;
  return (
    <a class="quiet" href={here({ [name]: [value] })} title={`Only ${value}`}>
      {value}
    </a>
  );
}

/** An agent with its colour, as a filter. */
export function AgentCell({
  agent,
  colours,
}: {
  readonly agent: string | null;
  readonly colours: ReadonlyMap<string, string>;
}) {
  return (
    <span class="named">
      {agent !== null && <Dot colour={colours.get(agent)} />}
      <FilterCell name="agent_id" value={agent} />
    </span>
  );
}

/** Colours for the agents of some rows, most frequent first. */
export function agentColours(
  rows: readonly { readonly agent_id: string | null }[],
): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { agent_id } of rows) {
    if (agent_id !== null) counts.set(agent_id, (counts.get(agent_id) ?? 0) + 1);
  }
  return coloursOf(
    'agent',
    [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name),
  );
}

/** Tool calls, and how many of them failed. */
export function CallsCell({
  calls,
  failed,
}: {
  readonly calls: number | null;
  readonly failed: number | null;
}) {
  return (
    <>
      {whole(calls)}
      {(failed ?? 0) > 0 && (
        <span class="failed-count" title={`${whole(failed)} failed`}>
          {whole(failed)}
          <span class="unseen"> failed</span>
        </span>
      )}
    </>
  );
}

export function TokensCell({
  row,
  most,
}: {
  readonly row: {
    readonly input_tokens?: number | null;
    readonly cached_tokens?: number | null;
    readonly output_tokens?: number | null;
    readonly total_tokens?: number | null;
  };
  readonly most: number;
}) {
  const {
    input_tokens: input = null,
    cached_tokens: cached = null,
    output_tokens: output = null,
    total_tokens: total,
  } = row;
  const title = `${whole(cached)} cached of ${whole(input)} input, ${whole(output)} output`;
  return (
    <span class="bar-cell" title={title}>
      <span class="bar-room">
        <TokenBar
          input={input}
          cached={cached}
          output={output}
          share={most === 0 ? 0 : Math.sqrt((total ?? 0) / most)}
        />
      </span>
      <span class="bar-figure">{short(total)}</span>
    </span>
  );
}

/** A cost. It is a minimum if messages without a price are missing from it. */
export function CostCell({
  row,
  most,
}: {
  readonly row: { readonly cost: number | null; readonly unpriced_messages: number };
  /** The highest value of the table, to scale the bars. */
  readonly most?: number;
}) {
  return (
    <span class={most === undefined ? 'nowrap' : 'metered'} title={exactCostOf(row)}>
      {most !== undefined && <Meter share={most === 0 ? 0 : (row.cost ?? 0) / most} />}
      {costOf(row)}
    </span>
  );
}

/** The highest value of a figure on a page, to scale the bars. */
export const mostOf = <T,>(rows: readonly T[], figureOf: (row: T) => number | null) =>
  Math.max(0, ...rows.map((row) => figureOf(row) ?? 0));

/** Seconds from the first event to the last. */
export function lasted({
  started_at,
  ended_at,
}: {
  readonly started_at: string | null;
  readonly ended_at: string | null;
}): number | null {
  return started_at === null || ended_at === null
    ? null
    : Math.max(0, (Date.parse(ended_at) - Date.parse(started_at)) / 1000);
}
