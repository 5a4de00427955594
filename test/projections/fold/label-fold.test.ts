import { expect, test } from 'vitest';
import { createBatch } from '#runfold/append/batch.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import { statementOn } from '#runfold/append/write-batch.js';
import { stripeOf } from '#runfold/events/stripe.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';
import { withTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

interface Plan {
  readonly 'CTE Name'?: string;
  readonly 'Subplan Name'?: string;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Plan[];
}

/** The scans of the events that a batch added, by the step that scans: how often each ran. */
function scansOf(plan: Plan, step = ''): (readonly [step: string, loops: number])[] {
  const within = plan['Subplan Name']?.replace('CTE ', '') ?? step;
  const own = plan['CTE Name'] === 'added' ? [[within, plan['Actual Loops']] as const] : [];
  return [...own, ...(plan.Plans ?? []).flatMap((inner) => scansOf(inner, within))];
}

describeWithPostgres('the fold by label', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('looks at the rows of a batch only where one of them has labels', async () => {
    const map = await openShardMap(database);
    // All events of a job are of one session.
    const explain = (session: string) => {
      const { tables, database: server } = map.shardOf(stripeOf(1, session, map.stripes));
      const text = `explain (analyze, format json) ${appendAndFoldSql(projections, { tables })}`;
      return statementOn<{ 'QUERY PLAN': [{ Plan: Plan }] }>(server.pool, text, false);
    };
    const scans = async (sent: readonly object[], job: string) => {
      const events = sent.map((event) => ({ ...event, session_id: job }));
      const decoded = decodeJob(job, { v: 1, project: 1, events });
      const { 'QUERY PLAN': plans } = await explain(job)(createBatch([decoded]), []);
      return new Map(scansOf(plans[0].Plan));
    };
    const without = await scans(sampleEvents(40), 'without');
    expect([without.get('run_partial'), without.get('run_label_partial')]).toEqual([1, 0]);
    expect(without.get('label_usage_partial')).toBe(0);
    const labelled = sampleEvents(40, 'other').map((event, at) =>
      at === 7 ? { ...event, labels: { customer: 'acme' } } : event,
    );
    const some = await scans(labelled, 'some');
    expect([some.get('run_label_partial'), some.get('label_usage_partial')]).toEqual([1, 1]);
    expect(await verify(database)).toMatchObject({ equal: true });
  });

  test('takes sixteen labels of an event, each of the longest text', async () => {
    const labels = Object.fromEntries(
      Array.from({ length: 16 }, (_, at) => [
        `${'l'.repeat(38)}${at}`.slice(-40),
        '🦆'.repeat(200),
      ]),
    );
    await foldEvents(database, [
      {
        type: 'run',
        run_id: 'long',
        status: 'completed',
        labels,
        occurred_at: '2026-01-01T00:00:00Z',
      },
    ]);
    const rows = await database.query<{ name: string; value: string }>(
      `select name, value from runfold.run_labels where run_id = 'long' order by name`,
    );
    expect(rows).toEqual(
      Object.entries(labels)
        .sort()
        .map(([name, value]) => ({ name, value })),
    );
    expect(await verify(database)).toMatchObject({ equal: true });
  });
});
