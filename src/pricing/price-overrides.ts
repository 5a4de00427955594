import { storedUnits } from '../events/metric-fields.js';
import { formatTimestamp, parseTimestamp } from '../events/timestamp.js';
import type { Database } from '../postgres/database.js';
import { checkPrice } from './new-price.js';
import type { TokenRates } from './token-rates.js';

/** Your own price. It overrides that of the price book. */
export interface PriceOverride {
  /** Defaults to 1. */
  readonly project?: number | undefined;
  /** The model, exactly as events name it. */
  readonly model: string;
  /** The provider, exactly as events name it. Defaults to any. */
  readonly provider?: string | undefined;
  /** The time from which it is valid, RFC 3339 with a zone. Defaults to all times. */
  readonly from?: string | undefined;
  /** US dollars per million tokens. */
  readonly input: number;
  readonly output: number;
  /** Cached input tokens. Defaults to `input`. */
  readonly cached?: number | undefined;
  /** Input tokens written to a cache. Defaults to `input`. */
  readonly cache_write?: number | undefined;
  /** Input tokens written to a cache and kept for an hour. Defaults to `cache_write`. */
  readonly cache_write_1h?: number | undefined;
}

/**
 * Sets a price; one for the same model, provider and time is replaced. Returns it as it is stored: in whole
 * billionths of a dollar. @throws InvalidPriceError
 */
export async function setPriceOverride(
  database: Database,
  price: PriceOverride,
): Promise<PriceOverride> {
  const { project = 1, ...rest } = price;
  const valid = checkPrice(rest);
  const nanos = (dollars: number | undefined) =>
    dollars === undefined ? null : Math.round(dollars * storedUnits.dollars);
  const [row] = await database.query<OverrideRow>(
    `insert into runfold_internal.price_override (project, model, provider, from_us, input_nanos,
      output_nanos, cached_nanos, cache_write_nanos, cache_write_1h_nanos)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (project, model, provider, from_us) do update set input_nanos = excluded.input_nanos,
      output_nanos = excluded.output_nanos, cached_nanos = excluded.cached_nanos,
      cache_write_nanos = excluded.cache_write_nanos,
      cache_write_1h_nanos = excluded.cache_write_1h_nanos
    returning ${columns}`,
    [
      project,
      valid.model,
      valid.provider ?? '',
      valid.from === undefined ? 0 : parseTimestamp(valid.from),
      nanos(valid.input),
      nanos(valid.output),
      nanos(valid.cached),
      nanos(valid.cache_write),
      nanos(valid.cache_write_1h),
    ],
  );
  return row === undefined ? price : overrideOf(storedOf(row));
}

/** Removes the prices of a model, for all providers and times. Returns their number. */
export async function dropPriceOverrides(
  database: Database,
  { model, project = 1 }: { readonly model: string; readonly project?: number | undefined },
): Promise<number> {
  const rows = await database.query(
    'delete from runfold_internal.price_override where project = $1 and model = $2 returning 1',
    [project, model],
  );
  return rows.length;
}

interface StoredOverride {
  readonly project: number;
  readonly model: string;
  readonly provider: string;
  readonly from_us: number;
  readonly input: number;
  readonly output: number;
  readonly cached: number | null;
  readonly cache_write: number | null;
  readonly cache_write_1h: number | null;
}

type OverrideRow = Readonly<Record<keyof StoredOverride, string | null>>;

/** Integers are read as text, because the text of a double depends on a setting of the database. */
const columns = `project::text, model, provider, from_us::text, input_nanos::text as input,
      output_nanos::text as output, cached_nanos::text as cached,
      cache_write_nanos::text as cache_write, cache_write_1h_nanos::text as cache_write_1h`;

async function readOverrides(database: Database): Promise<StoredOverride[]> {
  const rows = await database.query<OverrideRow>(
    `select ${columns} from runfold_internal.price_override
    order by project, model, provider, from_us`,
  );
  return rows.map(storedOf);
}

function storedOf(row: OverrideRow): StoredOverride {
  const dollars = (nanos: string | null) =>
    nanos === null ? null : Number(nanos) / storedUnits.dollars;
  return {
    project: Number(row.project),
    model: row.model ?? '',
    provider: row.provider ?? '',
    from_us: Number(row.from_us),
    input: dollars(row.input) ?? 0,
    output: dollars(row.output) ?? 0,
    cached: dollars(row.cached),
    cache_write: dollars(row.cache_write),
    cache_write_1h: dollars(row.cache_write_1h),
  };
}

/** The prices of a project, by model, provider and time. */
export async function listPriceOverrides(
  database: Database,
  { project = 1 }: { readonly project?: number | undefined } = {},
): Promise<PriceOverride[]> {
  const rows = (await readOverrides(database)).filter((row) => row.project === project);
  return rows.map(overrideOf);
}

function overrideOf({
  from_us,
  provider,
  cached,
  cache_write,
  cache_write_1h,
  ...row
}: StoredOverride): PriceOverride {
  return {
    ...row,
    ...(provider === '' ? {} : { provider }),
    ...(from_us === 0 ? {} : { from: formatTimestamp(from_us) }),
    ...(cached === null ? {} : { cached }),
    ...(cache_write === null ? {} : { cache_write }),
    ...(cache_write_1h === null ? {} : { cache_write_1h }),
  };
}

/** Finds the override for a message: first for its provider, then for any provider; the latest of each. */
export type FindOverride = (
  project: number,
  provider: string,
  model: string,
  at: number,
) => TokenRates | undefined;

/** Reads all overrides. */
export async function loadOverrides(database: Database): Promise<FindOverride> {
  const found = new Map<string, { readonly from: number; readonly rates: TokenRates }[]>();
  for (const row of await readOverrides(database)) {
    const key = `${row.project}\n${row.provider}\n${row.model}`;
    const rates = {
      input: row.input,
      output: row.output,
      cached: row.cached ?? undefined,
      cache_write: row.cache_write ?? undefined,
      cache_write_1h: row.cache_write_1h ?? undefined,
    };
    // They are sorted by time; the last one that has begun is used.
    found.set(key, [{ from: row.from_us, rates }, ...(found.get(key) ?? [])]);
  }
  if (found.size === 0) return () => undefined;
  const latest = (key: string, at: number) => found.get(key)?.find(({ from }) => from <= at)?.rates;
  return (project, provider, model, at) =>
    latest(`${project}\n${provider}\n${model}`, at) ?? latest(`${project}\n\n${model}`, at);
}
