// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source, in which templates stand.
import { breaks } from './mutant.js';

const rebuild = ['test/projections/rebuild/rebuild.test.ts'];

/** Each step of a rebuild, the cut, and the audit. */
export const rebuildMutants = [
  ...breaks('src/projections/rebuild/event-recorder.ts', rebuild, [
    [
      'events of meanwhile are not recorded',
      'create trigger ${schema} after insert on',
      'create trigger ${schema} after delete on',
    ],
    [
      'what was recorded is not drained',
      'with added as (delete from ${run.schema}.recorded returning',
      'with added as (delete from ${run.schema}.recorded where false returning',
    ],
    [
      'the recording does not end',
      'disable trigger ${run.schema}`',
      'enable trigger ${run.schema}`',
    ],
  ]),
  ...breaks('src/projections/rebuild/fold-log.ts', rebuild, [
    [
      'the cut is not exact: recorded events are folded with the log',
      'where r.id = l.id and (r.session_id',
      'where false and r.id = l.id and (r.session_id',
    ],
    [
      'a chunk leaves out its last block',
      'Math.min(blocks, (at + 1) * step))',
      'Math.min(blocks, (at + 1) * step) - 1)',
    ],
    [
      'a run in two chunks stays two rows',
      '} else if (rows[0].partials > 0) {',
      '} else if (rows[0].partials < 0) {',
    ],
    ['a slice is left out', '% ${slices} = ${at}`', '% ${slices} = 0`'],
  ]),
  ...breaks('src/projections/rebuild/swap-tables.ts', rebuild, [
    ['writers do not fold into the new tables', '    await foldInStep(run);\n', ''],
    [
      'the last events are not drained before writers fold in step',
      'const left = await drainRecorded(run);',
      'const left = 0;',
    ],
    [
      'older snapshots are not waited for',
      'await waitForSnapshots(run, new Set(older.map(snapshotId)));',
      'void waitForSnapshots;',
    ],
    [
      'what depends on an old table is left behind',
      'if (left.length > 0) throw new RebuildDependentError(left[0].dependent);',
      'void RebuildDependentError;',
    ],
    [
      'views go on reading the old tables',
      "...views.map(({ definition }) => definition.replace(/;\\s*$/, '')),",
      '...views.map(() => "select 1"),',
    ],
  ]),
  ...breaks('src/projections/rebuild/rebuild-tables.ts', rebuild, [
    [
      'the last events are not drained before rows are corrected',
      '    const drained = await drainRecorded(run);\n    const changes = new Map',
      '    const drained = 0;\n    const changes = new Map',
    ],
  ]),
  ...breaks(
    'src/projections/rebuild/rebuild-tables.ts',
    ['test/projections/rebuild/rebuild-embedded.test.ts'],
    [
      [
        'a dry run changes the totals',
        'if (!dry_run && (await collectCandidates(run, repair_limit)) <= repair_limit) {',
        'if ((await collectCandidates(run, repair_limit)) <= repair_limit) {',
      ],
    ],
  ),
  ...breaks('src/projections/rebuild/writer-lock.ts', rebuild, [
    ['writers are not kept out at the cut', 'in share row exclusive mode', 'in access share mode'],
  ]),
  ...breaks(
    'src/projections/audit/verify-tables.ts',
    ['test/projections/audit/tamper.test.ts'],
    [
      [
        'an audit is content with rows that differ',
        'equal: differences.length === 0 && audits.every((audit) => audit.differing_rows === 0),',
        'equal: differences.length >= 0 && audits.length > 0,',
      ],
    ],
  ),
];
