import { type Attributes, attributeFields } from '../events/attribute-fields.js';
import { pricings } from '../events/codes.js';
import { type EventEnvelope, eventTypes, roles } from '../events/metric-event.js';
import type { Database } from '../postgres/database.js';
import type { TokenCounts, TokenDetails } from '../pricing/token-rates.js';
import { countTokens, detailSources, tokenSources } from '../pricing/token-sources.js';
import { agreeWithAnswerSql } from '../projections/agreement.js';
import { tokensOfPrices, unpricedSql } from '../projections/measures/where.js';
import { readLong } from '../query/readers/long-read.js';
import { byAll, byBytes, on } from '../query/readers/orders.js';
import { gatherSorted } from '../query/readers/readers.js';

/** A message of the assistant with tokens, including all its corrections. */
export interface PricedEvent {
  /** As it was sent. */
  readonly id: string;
  readonly session_id: string;
  readonly run_id: string;
  readonly occurred_at_us: number;
  readonly model: string | null;
  readonly provider: string | null;
  /** The fields that a correction copies, so that it adds to the same totals. */
  readonly attributes: Attributes & Pick<EventEnvelope, 'labels'>;
  readonly tokens: TokenCounts;
  /** Null if it has no cost. */
  readonly cost_nanos: number | null;
  /** Whether it counts as a message without a price. */
  readonly is_unpriced: boolean;
  /** Whether it, or a correction of it, reported a cost. */
  readonly is_reported: boolean;
  /** How many events correct it, including those that add to other totals. */
  readonly corrections: number;
}

/** The number of messages that one statement reads. */
const pageEvents = 2_000;

const columns = [...new Set(Object.values(tokenSources).flat()), 'cost_nanos'];
const reported = (alias: string) =>
  `(${alias}.cost_nanos is not null and coalesce(${alias}.cost_source, 'reported') = 'reported')`;

/** A page begins after this key of the log. */
export type PageStart = readonly [session_id: string, id: string];

/** Some messages, and the start of the next page. */
export interface PricedPage {
  readonly events: readonly PricedEvent[];
  readonly next: PageStart;
}

/** Before the first message. */
export const firstPage: PageStart = ['', '00000000-0000-0000-0000-000000000000'];

/**
 * The next messages of the assistant in a project, in the order of the log's key; undefined if
 * there are no more.
 */
export async function readPricedPage(
  database: Database,
  project: number,
  range: { readonly from: number | undefined; readonly to: number | undefined },
  start: PageStart,
): Promise<PricedPage | undefined> {
  const values = [project, ...start, range.from ?? 0, range.to ?? Number.MAX_SAFE_INTEGER];
  const order = { compare: byKey, limit: pageEvents };
  const rows = await gatherSorted(database, { project }, order, (reader) =>
    readLong<PageRow>(reader, pageSql, values),
  );
  const last = rows.at(-1);
  return (
    last && {
      events: rows.map(({ row }) => ({
        ...row,
        tokens: {
          ...countTokens((name) => row.counts[name]),
          details: row.details,
        },
        attributes: given(row),
      })),
      next: [last.row.session_id, last.key],
    }
  );
}

const byKey = byAll<PageRow>(
  on(({ row }) => row.session_id, byBytes),
  on(({ key }) => key, byBytes),
);

type Counts = Readonly<Record<string, number | null>>;

interface PageRow extends Record<string, unknown> {
  readonly key: string;
  readonly row: Omit<PricedEvent, 'tokens' | 'attributes'> & {
    readonly counts: Counts;
    readonly details: TokenDetails;
    readonly named: Readonly<Record<string, unknown>>;
  };
}

function given({ named }: PageRow['row']): PricedEvent['attributes'] {
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== null));
}

/** Corrections that add to the totals of their message. */
const same = agreeWithAnswerSql('c', 'o');
const sum = (name: string) => `coalesce(o.${name} + c.${name}, o.${name}, c.${name})`;
const pairs = <N extends string>(list: readonly N[], value: (name: N) => string) =>
  list.map((name) => `'${name}', ${value(name)}`).join(', ');
const detailNames = Object.keys(detailSources) as (keyof TokenDetails)[];
/** A correction of a figure overrides the provider's split. */
const detailSql = (name: keyof TokenDetails) => {
  const [metric, ...keys] = detailSources[name];
  const count = keys.map((key) => `o.${metric} ->> '${key}'`).join(', ');
  return `case when c.${tokenSources[name][0]} is null then coalesce(coalesce(${count})::bigint, 0) else 0 end`;
};
const attributeNames = attributeFields
  .map(({ name }) => name)
  .filter((name) => name !== 'cost_source' && name !== 'hold_id');

// `offset 0` makes Postgres look up the corrections of each message by their index, whatever the statistics say.
const pageSql = `with page as materialized (
    select e.* from runfold_internal.event e
    where e.project = $1 and (e.session_id, e.id) > ($2, $3::uuid)
      and e.occurred_at_us >= $4 and e.occurred_at_us < $5
      and e.type = ${eventTypes.message} and e.role = ${roles.assistant} and e.corrects is null
      and coalesce(${tokensOfPrices.map((name) => `e.${name}`).join(', ')}) is not null
    order by e.session_id, e.id limit ${pageEvents})
  select o.id as key, json_build_object(
    'id', coalesce(o.original_id, o.id::text), 'session_id', o.session_id, 'run_id', o.run_id,
    'occurred_at_us', o.occurred_at_us, 'model', o.model, 'provider', o.provider,
    'cost_nanos', ${sum('cost_nanos')},
    'is_unpriced', ${unpricedSql('o')} and not coalesce(c.is_priced, false),
    'is_reported', ${reported('o')} or coalesce(c.is_reported, false),
    'corrections', c.corrections,
    'counts', json_build_object(${pairs(columns, sum)}),
    'details', json_build_object(${pairs(detailNames, detailSql)}),
    'named', json_build_object(${pairs(attributeNames, (name) => `o.${name}`)}, 'labels', o.labels::json)) as row
  from page o cross join lateral (
    select count(*)::integer as corrections, bool_or(${reported('c')}) filter (where ${same}) as is_reported,
      bool_or(c.pricing = ${pricings.first}) filter (where ${same}) as is_priced,
      ${columns.map((name) => `sum(c.${name}) filter (where ${same})::bigint as ${name}`).join(', ')}
    from runfold_internal.event c
    where c.project = $1 and c.session_id = o.session_id and c.corrects = o.id
    offset 0) c
  order by o.session_id, o.id`;
