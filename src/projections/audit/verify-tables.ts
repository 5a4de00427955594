import type { PoolClient } from 'pg';
import type { Database } from '../../postgres/database.js';
import { inTransaction } from '../../postgres/in-transaction.js';
import { fullName, type TableNames } from '../../store/shards/table-names.js';
import { utcTextSql } from '../../store/sql-units.js';
import type { Projection } from '../language/projection.js';
import { projections as allProjections } from '../projections.js';
import type { Audit, ProjectionAudit, VerifyOptions } from './audit.js';
import type { Difference } from './difference.js';
import { type ComparedRow, differencesOf, differencesSql } from './differing-rows.js';
import { compareTotals, type Scope, scopeOf } from './grand-totals.js';
import { chooseSessions, inSessions, type SessionSample } from './session-sample.js';

/** The audit of an undivided store, or of one shard, in one snapshot. */
export async function verifyTables(
  database: Database,
  tables: TableNames,
  options: VerifyOptions,
): Promise<Audit> {
  const { projections = allProjections, max_differences = 100, sample, project } = options;
  const { signal, on_progress = () => undefined } = options;
  const scope = scopeOf(tables, project);
  const compare = async (client: PoolClient): Promise<Audit> => {
    // Locked before the snapshot, which the first query takes. A table that is swapped between the
    // two would look empty.
    const locked = projections.map(({ name }) => fullName(tables, name)).join(', ');
    if (locked !== '') await client.query(`lock table ${locked} in access share mode`);
    const [log] = (
      await client.query(
        `select count(*)::float8 as events,
          ${utcTextSql('now()', 'US')} as at
        from ${scope('event')} e`,
      )
    ).rows;
    const chosen =
      sample === undefined ? undefined : await chooseSessions(client, tables, sample, project);
    const audits: ProjectionAudit[] = [];
    const differences: Difference[] = [];
    for (const projection of projections) {
      signal?.throwIfAborted();
      on_progress({ projection: projection.name, share: 0 });
      const found = await compareRows(client, projection, tables, scope, chosen, max_differences);
      const [counted] = (
        await client.query(`select count(*)::float8 as rows from ${scope(projection.name)} t`)
      ).rows;
      audits.push({
        name: projection.name,
        rows: counted.rows,
        differing_rows: found[0]?.total ?? 0,
      });
      for (const row of found) differences.push(...differencesOf(projection, row));
      if (chosen !== undefined) {
        differences.push(...(await compareTotals(client, projection, scope)));
      }
      on_progress({ projection: projection.name, share: 1 });
    }
    return {
      equal: differences.length === 0 && audits.every((audit) => audit.differing_rows === 0),
      snapshot_at: log.at,
      events: log.events,
      projections: audits,
      ...(chosen === undefined ? {} : { sampled_sessions: chosen.session_id.length }),
      differences,
    };
  };
  return inTransaction(database, compare, {
    mode: 'isolation level repeatable read, read only',
    is_long: true,
    settings: tables.settings ?? [],
  });
}

async function compareRows(
  client: PoolClient,
  projection: Projection,
  tables: TableNames,
  scope: Scope,
  chosen: SessionSample | undefined,
  max_differences: number,
): Promise<ComparedRow[]> {
  if (chosen === undefined) {
    const text = differencesSql(projection, scope('event'), scope(projection.name));
    return (await client.query(text, [max_differences])).rows;
  }
  // Rows whose key has no session cannot be computed from a few sessions. The grand totals cover
  // them.
  if (!('session_id' in projection.key)) return [];
  const { rows } = await client.query(
    differencesSql(
      projection,
      inSessions(fullName(tables, 'event')),
      inSessions(fullName(tables, projection.name)),
    ),
    [max_differences, chosen.project, chosen.session_id],
  );
  return rows;
}
