// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source, in which templates stand.
import { breaks } from './mutant.js';

const law = ['test/projections/fold/fold-law.test.ts'];

/** Each fold, the events it reads, and how partials are combined. */
export const foldMutants = [
  ...breaks('src/projections/measures/sums.ts', law, [
    [
      'a sum forgets what was there when nothing is added',
      '`coalesce(${live} + ${delta}, ${live}, ${delta})`',
      '`coalesce(${live} + ${delta}, ${delta})`',
    ],
    [
      'a sum leaves a figure out of what it combines',
      'combine: (column: string) => `${total}(${column})`,',
      'combine: (column: string) => `max(${column})`,',
    ],
    [
      'corrections are counted',
      '`count(*)${filter(whereSql(where, [originalSql]))}`',
      '`count(*)${filter(whereSql(where))}`',
    ],
  ]),
  ...breaks('src/projections/measures/extremes.ts', law, [
    [
      'a run starts when its first event ends',
      'partial: `min(e.occurred_at_us - coalesce(e.time_us, 0))${filter(originalSql)}`,',
      'partial: `min(e.occurred_at_us)${filter(originalSql)}`,',
    ],
    [
      'a run ends with its first event',
      'partial: `max(e.occurred_at_us)${filter(originalSql)}`',
      'partial: `min(e.occurred_at_us)${filter(originalSql)}`',
    ],
    ['what events agree on is the least', 'partial: `max(e.${of})`,', 'partial: `min(e.${of})`,'],
    [
      'the greater of two is the less',
      'merge: (live: string, delta: string) => `greatest(${live}, ${delta})`,',
      'merge: (live: string, delta: string) => `least(${live}, ${delta})`,',
    ],
  ]),
  ...breaks(
    'src/projections/measures/placed.ts',
    ['test/projections/fold/one-order.test.ts'],
    [
      [
        'the first value is the last',
        "placed('min', `e.${of}::text`",
        "placed('max', `e.${of}::text`",
      ],
      ['the last value is the first', "placed('max', `e.${of}`", "placed('min', `e.${of}`"],
      [
        'the last status is the first',
        "placed('max', 'e.status::text'",
        "placed('min', 'e.status::text'",
      ],
    ],
  ),
  ...breaks('src/projections/measures/levels.ts', law, [
    [
      'a level of a histogram is counted once a batch',
      "partial: `${isThin ? levelsTotal : 'sum'}(${histogramOfSql(",
      'partial: `max(${histogramOfSql(',
    ],
  ]),
  ...breaks(
    'src/projections/measures/placed.ts',
    ['test/projections/fold/one-order.test.ts'],
    [
      [
        'of two events in one instant the sequence is not asked',
        "case when e.sequence is null then '0000000000'",
        "case when e.sequence is not null then '0000000000'",
      ],
      [
        'an id with a byte 01 ends its place',
        "replace(e.original_id, E'\\\\x01', E'\\\\x01\\\\x02')",
        'e.original_id',
      ],
    ],
  ),
  ...breaks('src/projections/measures/where.ts', law, [
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
      'a bucket is ten minutes long',
      'export const quarterMicros = 900_000_000;',
      'export const quarterMicros = 600_000_000;',
    ],
  ]),
  ...breaks(
    'src/projections/time-buckets.ts',
    ['test/budgets/used.test.ts'],
    [
      [
        'an hour has five quarters',
        'export const quartersAnHour = 4;',
        'export const quartersAnHour = 5;',
      ],
    ],
  ),
  ...breaks('src/projections/measures/extremes.ts', law, [
    [
      'a run has the least of its labels where they differ',
      "partial: 'max(l.value)',",
      "partial: 'min(l.value)',",
    ],
  ]),
  ...breaks('src/projections/fold/fold-sql.ts', law, [
    [
      'equal labels of many events count once',
      '`${partial} as ${name}` : `${combine(`p.${name}`)} as ${name}`',
      '`${partial} as ${name}` : `max(p.${name}) as ${name}`',
    ],
  ]),
];
