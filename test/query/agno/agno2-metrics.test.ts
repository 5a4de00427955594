import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromAgnoRun } from '#runfold/ingest/formats/agno/from-agno-run.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import {
  getAgno2RunMetrics,
  getAgno2SessionMetrics,
} from '#runfold/query/agno/agno2-run-metrics.js';
import { AmbiguousRunError } from '#runfold/query/query-errors.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { runCommand } from '../../../harness/run-command.js';
import { describeWithPostgres } from '../../../harness/suite.js';

interface GoldenRun {
  readonly ids: { readonly run_id: string; readonly session_id: string };
  readonly status: string;
  readonly messages: readonly (Record<string, unknown> & { metrics_to_dict: object })[];
  readonly run_metrics: { readonly to_dict: Record<string, unknown> };
  readonly session_metrics_after: { readonly to_dict: Record<string, unknown> };
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/agno-2.9.0-runs.json', import.meta.url), 'utf8'),
) as Record<string, readonly GoldenRun[]>;

const asDict = ({ ids, status, messages, run_metrics }: GoldenRun) => ({
  ...ids,
  status,
  messages: messages.map(({ metrics: _, metrics_to_dict, ...message }) => ({
    ...message,
    metrics: metrics_to_dict,
  })),
  metrics: run_metrics.to_dict,
});

describeWithPostgres("metrics in the shape of Agno 2.x's", () => {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });

  const [first, second, stale, retried] = golden.session_many_runs ?? [];
  /** Agno adds the usage of a response to the next one without usage. */
  const right = {
    input_tokens: 30,
    output_tokens: 3,
    total_tokens: 33,
    cache_read_tokens: 5,
    cache_write_tokens: 6,
  };

  test('are those of Agno itself, run by run, and of the session after each', async () => {
    if (!first || !second || !stale || !retried) throw new Error('Expected four runs.');
    const { session_id } = first.ids;
    for (const run of [first, second]) {
      await foldEvents(database, fromAgnoRun(asDict(run)));
      const { run_id } = run.ids;
      expect(await getAgno2RunMetrics(database, { run_id })).toEqual(run.run_metrics.to_dict);
      const session = await getAgno2SessionMetrics(database, { session_id });
      expect(session).toEqual(run.session_metrics_after.to_dict);
      // In the order in which Agno writes them.
      expect(Object.keys(session ?? {})).toEqual(Object.keys(run.session_metrics_after.to_dict));
    }
    await foldEvents(database, fromAgnoRun(asDict(stale)));
    const { run_id } = stale.ids;
    expect(await getAgno2RunMetrics(database, { run_id })).toEqual({
      ...stale.run_metrics.to_dict,
      ...right,
      details: { model: [{ ...right, id: 'model-b', provider: 'ProvB' }] },
    });
    await foldEvents(database, fromAgnoRun(asDict(retried)));
    expect(await getAgno2RunMetrics(database, { run_id: retried.ids.run_id })).toEqual(
      retried.run_metrics.to_dict,
    );
    const after = retried.session_metrics_after.to_dict as Record<string, number>;
    expect(await getAgno2SessionMetrics(database, { session_id })).toMatchObject({
      input_tokens: (after.input_tokens ?? 0) - 30,
      output_tokens: (after.output_tokens ?? 0) - 3,
      cost: after.cost,
    });
  });

  test.each(
    [...(golden.multi_model_types ?? []), ...(golden.pause_and_continue ?? [])].map(
      (run) => [run.ids.session_id, run] as const,
    ),
  )('name what each model was for: session %s', async (session_id, run) => {
    const project = 2;
    await foldEvents(database, fromAgnoRun(asDict(run)), project);
    const { run_id } = run.ids;
    // A paused run has not ended, and only an end has times.
    const { duration: _, time_to_first_token: __, ...metrics } = run.run_metrics.to_dict;
    expect(await getAgno2RunMetrics(database, { run_id, project })).toMatchObject(metrics);
    expect(await getAgno2SessionMetrics(database, { session_id, project })).toEqual(
      run.session_metrics_after.to_dict,
    );
  });

  test('hold corrections, and say which run is meant', async () => {
    const event = { type: 'message', role: 'assistant', run_id: 'r', model: 'm' } as const;
    await foldEvents(database, [
      { ...event, id: 'a', session_id: 'one', metrics: { input_tokens: 5, cost: 0.1 } },
      {
        ...event,
        id: 'b',
        session_id: 'one',
        corrects: 'a',
        metrics: { input_tokens: -2, cost: 0.2 },
      },
      { ...event, id: 'a', session_id: 'two', provider: 'p', metrics: { output_tokens: 7 } },
    ]);
    const run_id = 'r';
    await expect(getAgno2RunMetrics(database, { run_id })).rejects.toThrow(AmbiguousRunError);
    expect(await getAgno2RunMetrics(database, { run_id, session_id: 'one' })).toEqual({
      input_tokens: 3,
      total_tokens: 3,
      cost: 0.3,
      details: { model: [{ input_tokens: 3, total_tokens: 3, cost: 0.3, id: 'm' }] },
    });
    expect(await getAgno2RunMetrics(database, { run_id: 'none' })).toBeUndefined();
    expect(await getAgno2SessionMetrics(database, { session_id: 'none' })).toBeUndefined();
    const shown = await runCommand(
      ['runs', 'show', 'r', '--session', 'two', '--shape', 'agno', '--agno', '2'],
      { dir: '.', env: { DATABASE_URL: home.url } },
    );
    expect(JSON.parse(shown.stdout)).toEqual({
      output_tokens: 7,
      total_tokens: 7,
      details: { model: [{ output_tokens: 7, total_tokens: 7, id: 'm', provider: 'p' }] },
    });
  });

  test('add corrections to what the totals add them to', async () => {
    const session_id = 'agreed';
    const project = 3;
    const event = { type: 'message', role: 'assistant', session_id } as const;
    await foldEvents(
      database,
      [
        { ...event, id: 'a', run_id: 'r1', model: 'm', metrics: { input_tokens: 5 } },
        // Made by hand: they correct a message of the session, but not one of their run.
        {
          ...event,
          id: 'b',
          run_id: 'r2',
          model: 'n',
          corrects: 'a',
          metrics: { input_tokens: -1 },
        },
        {
          ...event,
          id: 'c',
          run_id: 'r2',
          model: 'n',
          corrects: 'a',
          metrics: { input_tokens: -3 },
        },
        {
          ...event,
          id: 'd',
          run_id: 'r1',
          model: 'm',
          corrects: 'a',
          metrics: { input_tokens: 20 },
        },
      ],
      project,
    );
    const details = [
      { input_tokens: 25, total_tokens: 25, id: 'm' },
      { input_tokens: -4, total_tokens: -4, id: 'n' },
    ];
    const metrics = await getAgno2SessionMetrics(database, { session_id, project });
    expect(metrics).toEqual({
      input_tokens: 21,
      total_tokens: 21,
      details: { model: details },
    });
    expect(
      await database.query(
        `select sum(input_tokens)::integer as input_tokens, sum(total_tokens)::integer as total_tokens, model as id
          from runfold.model_usage where project = $1 group by model order by model`,
        [project],
      ),
    ).toEqual(details);
    const runs = ['r1', 'r2'].map((run_id) =>
      getAgno2RunMetrics(database, { run_id, session_id, project }),
    );
    expect((await Promise.all(runs)).map((run) => run?.details?.model)).toEqual(
      details.map((one) => [one]),
    );
  });
});
