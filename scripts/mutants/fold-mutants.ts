// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source, in which templates stand.
import { breaks } from './mutant.js';

const law = ['test/projections/fold/fold-law.test.ts'];

/** Each fold, which events it looks at, and how partials are combined. */
export const foldMutants = [
  ...breaks('src/projections/language/measure-sql.ts', law, [
    [
      'a sum forgets what was there when nothing is added',
      'merge: (live: string, delta: string) => `coalesce(${live} + ${delta}, ${live}, ${delta})`,',
      'merge: (live: string, delta: string) => `coalesce(${live} + ${delta}, ${delta})`,',
    ],
    [
      'a sum leaves a figure out of what it combines',
      'combine: (column: string) => `${total}(${column})`,',
      'combine: (column: string) => `max(${column})`,',
    ],
    [
      'corrections are counted',
      '`count(*)${filter(whereSql(measure.where, [originalSql]))}`,',
      '`count(*)${filter(whereSql(measure.where))}`,',
    ],
    [
      'a run starts when its first event ends',
      'partial: `min(e.occurred_at_us - coalesce(e.time_us, 0))${filter(originalSql)}`,',
      'partial: `min(e.occurred_at_us)${filter(originalSql)}`,',
    ],
    [
      'a run ends with its first event',
      'partial: `max(e.occurred_at_us)${filter(originalSql)}`,',
      'partial: `min(e.occurred_at_us)${filter(originalSql)}`,',
    ],
    [
      'the first value is the last',
      "placedFold('min', `e.${measure.of}::text`",
      "placedFold('max', `e.${measure.of}::text`",
    ],
    [
      'the last value is the first',
      "placedFold('max', `e.${measure.of}`",
      "placedFold('min', `e.${measure.of}`",
    ],
    [
      'the last status is the first',
      "placedFold('max', 'e.status::text'",
      "placedFold('min', 'e.status::text'",
    ],
    [
      'a level of a histogram is counted once a batch',
      "partial: `${measure.isThin ? levelsTotal : 'sum'}(${histogramOfSql(",
      'partial: `max(${histogramOfSql(',
    ],
    [
      'what events agree on is the least',
      'partial: `max(e.${measure.of})`,',
      'partial: `min(e.${measure.of})`,',
    ],
    [
      'the greater of two is the less',
      'merge: (live: string, delta: string) => `greatest(${live}, ${delta})`,',
      'merge: (live: string, delta: string) => `least(${live}, ${delta})`,',
    ],
  ]),
  ...breaks(
    'src/projections/language/measure-sql.ts',
    ['test/projections/fold/one-order.test.ts'],
    [
      [
        'of two events in one instant the sequence is not asked',
        "case when e.sequence is null then '0000000000'",
        "case when e.sequence is not null then '0000000000'",
      ],
    ],
  ),
  ...breaks('src/projections/language/measure.ts', law, [
    [
      'a pause is an end',
      'if (where?.ends) terms.push(`e.status is distinct from ${runStatuses.paused}`);',
      '',
    ],
    ['every message is an error', "if (where?.failed) terms.push('e.error');", ''],
  ]),
  ...breaks('src/projections/run.ts', law, [
    [
      "a run's own cost is added to that of its messages",
      "where: { type: ['message', 'tool_call'] },",
      "where: { type: ['message', 'tool_call', 'run'] },",
    ],
  ]),
  ...breaks('src/projections/fold/append-and-fold.ts', law, [
    [
      'a run is counted with each of its batches',
      'from ${projection.name}_added where is_new`;',
      'from ${projection.name}_added`;',
    ],
    ['no run is counted', '1 as rows_added\n', '0 as rows_added\n'],
    [
      'what is there already is folded again',
      '(t.xmax = 0) as is_new`',
      '(t.xmax <> 0) as is_new`',
    ],
  ]),
  ...breaks('src/projections/time-buckets.ts', law, [
    [
      'an hour has five quarters',
      'export const quartersAnHour = 4;',
      'export const quartersAnHour = 5;',
    ],
    [
      'a bucket is ten minutes long',
      'export const quarterMicros = 900_000_000;',
      'export const quarterMicros = 600_000_000;',
    ],
  ]),
];
