import { eventKey } from '../events/event-id.js';
import type { Database } from '../postgres/database.js';

/** The session that owns a key, and since when. */
export interface Claim {
  readonly session_id: string;
  readonly rank: number;
  /** Whether this call made the claim. Then nobody can have sent its events before. */
  readonly is_new: boolean;
}

/** A key to claim for a session, unless another session owns it already. */
export interface WantedClaim {
  readonly session_id: string;
  readonly rank: number;
}

/** Claims keys for their sessions, and returns the owner of each, in one round trip. */
export async function claimKeys(
  database: Database,
  project: number,
  format: string,
  wanted: ReadonlyMap<string, WantedClaim>,
): Promise<ReadonlyMap<string, Claim>> {
  if (wanted.size === 0) return new Map();
  const names = new Map([...wanted.keys()].map((key) => [eventKey(key), key]));
  type Row = Claim & { readonly key: string } & Record<string, unknown>;
  const claims = new Map<string, Claim>();
  const add = (rows: readonly Row[]) => {
    for (const { key, session_id, rank, is_new } of rows) {
      claims.set(names.get(key) ?? key, { session_id, rank, is_new });
    }
  };
  // If every claim is new, as in a first reading, there is nothing to send back but their number.
  const made = await database.query<Row & { readonly made: number }>(
    `with given as (
      select * from unnest($3::uuid[], $4::text[], $5::smallint[]) as g(key, session_id, rank)),
    made as (
      insert into runfold_internal.log_claim (project, format, key, session_id, rank)
      select $1, $2, key, session_id, rank from given order by key
      on conflict do nothing returning key, session_id, rank),
    total as (select count(*)::integer as made from made)
    select null::uuid as key, null as session_id, null::smallint as rank, true as is_new, made
    from total where made = cardinality($3)
    union all
    select m.key, m.session_id, m.rank, true, made from made m, total where made < cardinality($3)
    union all
    select c.key, c.session_id, c.rank, false, made from total, runfold_internal.log_claim c
    where made < cardinality($3) and c.project = $1 and c.format = $2 and c.key = any($3)`,
    [
      project,
      format,
      [...names.keys()],
      [...wanted.values()].map(({ session_id }) => session_id),
      [...wanted.values()].map(({ rank }) => rank),
    ],
  );
  if (made[0]?.made === names.size) {
    return new Map([...wanted].map(([key, claim]) => [key, { ...claim, is_new: true }]));
  }
  add(made);
  // The statement does not see rows that other transactions committed while it waited for them.
  const missing = [...names].filter(([, key]) => !claims.has(key)).map(([key]) => key);
  if (missing.length > 0) {
    add(
      await database.query<Row>(
        `select key, session_id, rank, false as is_new from runfold_internal.log_claim
        where project = $1 and format = $2 and key = any($3::uuid[])`,
        [project, format, missing],
      ),
    );
  }
  return claims;
}

/** Records that sources with a lower rank than the first one own these keys. */
export async function lowerRanks(
  database: Database,
  project: number,
  format: string,
  ranks: ReadonlyMap<string, number>,
): Promise<void> {
  if (ranks.size === 0) return;
  await database.query(
    `update runfold_internal.log_claim c set rank = g.rank
    from unnest($3::uuid[], $4::smallint[]) as g(key, rank)
    where c.project = $1 and c.format = $2 and c.key = g.key and c.rank > g.rank`,
    [project, format, [...ranks.keys()].map(eventKey), [...ranks.values()]],
  );
}
