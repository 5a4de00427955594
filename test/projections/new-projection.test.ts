import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { writeBatch } from '#runfold/append/write-batch.js';
import { writerTo } from '#runfold/append/writer/event-writer.js';
import { textType } from '#runfold/events/columns/log-columns.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { projectionTable } from '#runfold/projections/fold/projection-table.js';
import { defineProjection } from '#runfold/projections/language/projection.js';
import { projections } from '#runfold/projections/projections.js';
import { distributeTables } from '#runfold/store/shards/distribute-tables.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';
import { readPlacement } from '#runfold/store/shards/placement.js';
import { fullName } from '#runfold/store/shards/table-names.js';
import { internalSchema } from '#runfold/store/tables/event-table.js';
import { withTestDatabase } from '../../harness/database.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

/**
 * Everything that a new projection needs: its table, live fold and audit are made from this
 * declaration.
 */
const agentProjection = defineProjection({
  name: 'agent',
  doc: 'One row an agent.',
  key: {
    project: { type: 'integer', doc: 'The project' },
    agent: {
      type: textType,
      sql: "coalesce(e.agent_id, '')",
      doc: 'The agent; empty when unknown',
    },
  },
  measures: {
    tool_calls: { fold: 'count', where: { type: 'tool_call' }, doc: 'Tool calls' },
    input_tokens: {
      fold: 'sum',
      of: 'input_tokens',
      unit: 'tokens',
      where: { type: 'message', role: 'assistant' },
      doc: 'Tokens sent',
    },
    last_seen_us: { fold: 'latest', doc: 'When it was last heard of' },
  },
});

describeWithPostgres('a projection declared in one file', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('has its table generated, is folded live, and is audited', async () => {
    const before = generateDrizzleJson({ internalSchema });
    const after = generateDrizzleJson(
      { internalSchema, agent: projectionTable(agentProjection) },
      before.id,
    );
    for (const statement of await generateMigration(before, after)) await database.query(statement);

    const all = [...projections, agentProjection];
    const placement = await readPlacement(database);
    if (placement !== undefined) {
      const client = await database.pool.connect();
      await distributeTables(client, ['event', 'agent'], placement);
      client.release();
    }
    const map = await openShardMap(database);
    const { run } = writerTo(map, database, all);
    const events = sampleEvents(800);
    for (const part of [events.slice(0, 500), events.slice(300)]) {
      await writeBatch(run, [decodeJob('job', { v: 1, project: 1, events: part })]);
    }
    const rows = await database.query(
      `select agent, sum(tool_calls)::integer as tool_calls, sum(input_tokens)::integer as input_tokens
      from runfold_internal.agent group by 1 order by 1`,
    );
    expect(rows).toEqual(
      ['agent-0', 'agent-1', 'agent-2'].map((agent) => {
        const own = events.filter((event) => event.agent_id === agent);
        return {
          agent,
          tool_calls: own.filter((event) => event.type === 'tool_call').length,
          input_tokens: own.reduce((sum, event) => sum + (event.metrics?.input_tokens ?? 0), 0),
        };
      }),
    );
    expect(await verify(database, { projections: all })).toMatchObject({ equal: true });
    for (const { database: server, tables } of map.shards()) {
      const changed = await server.query(
        `update ${fullName(tables, 'agent')} set tool_calls = 1 where agent = 'agent-1' returning 1`,
      );
      if (changed.length > 0) break;
    }
    expect(await verify(database, { projections: all })).toMatchObject({
      equal: false,
      differences: [
        { projection: 'agent', key: { agent: 'agent-1' }, field: 'tool_calls', actual: 1 },
      ],
    });
  });
});
