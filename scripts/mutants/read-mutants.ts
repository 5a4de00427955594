// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source, in which templates stand.
import { breaks } from './mutant.js';

const isolation = ['test/http/isolation.test.ts'];
const events = ['test/events/check/parse-event.test.ts'];

/** Limits, scopes, project filters, pages, tails, and rights to read. */
export const readMutants = [
  ...breaks('src/events/limits.ts', events, [
    [
      'an id may have a character more',
      '[...value].length <= maxText);',
      '[...value].length <= maxText + 1);',
    ],
    [
      'text that Postgres cannot store is taken',
      "return isWellFormed(text) && !includes(text, '\\0');",
      "return isWellFormed(text) || !includes(text, '\\0');",
    ],
    [
      'an event may lie in the future',
      "if (micros > latest) return 'a time at most a day ahead of the clock';",
      '',
    ],
    [
      'an integer that was changed is kept',
      'return Number.isSafeInteger(value) ||',
      'return Number.isInteger(value) ||',
    ],
  ]),
  ...breaks(
    'src/http/service/access.ts',
    [...isolation, 'test/http/access.test.ts'],
    [
      [
        'a key does what its scopes do not allow',
        'if (!key.scopes.includes(scope)) {',
        'if (key.scopes.length === 0) {',
      ],
    ],
  ),
  ...breaks(
    'src/http/access/own-page.ts',
    ['test/http/sign-in.test.ts'],
    [
      [
        'a page of a browser is let in',
        "throw new ProblemError(\n    'foreign_origin',",
        "void new ProblemError(\n    'foreign_origin',",
      ],
    ],
  ),
  ...breaks(
    'src/store/api-keys.ts',
    ['test/store/api-keys.test.ts'],
    [
      ['a revoked key is good', 'k.revoked_at is null and (k.expires_at', 'true and (k.expires_at'],
      [
        'a wrong secret is good',
        'if (row === undefined || !isRight ||',
        'if (row === undefined || isRight === undefined ||',
      ],
    ],
  ),
  ...breaks('src/query/conditions.ts', isolation, [
    [
      'a query reads all projects',
      'terms.push(`${alias}.project = ${parameter(projectOf(options))}`);',
      'terms.push(`${parameter(projectOf(options))}::integer is not null`);',
    ],
  ]),
  ...breaks('src/query/usage/usage-quantiles.ts', isolation, [
    [
      'quantiles are of all projects',
      "where ${['t.project = $1', where,",
      "where ${['$1::integer > 0', where,",
    ],
  ]),
  ...breaks(
    'src/query/page.ts',
    ['test/query/pages.test.ts'],
    [
      [
        'the last page is missing',
        'const rows = await list.read(key, limit + 1);',
        'const rows = await list.read(key, limit);',
      ],
    ],
  ),
  ...breaks(
    'src/query/totals/list-order.ts',
    ['test/query/totals/list-choices.test.ts'],
    [
      [
        'a page begins with the last row of the one before',
        "join(', ')}) < (${values",
        "join(', ')}) <= (${values",
      ],
    ],
  ),
  ...breaks(
    'src/query/log/list-log.ts',
    ['test/query/pages.test.ts', 'test/query/log/messages.test.ts'],
    [
      [
        'messages of one instant have no order',
        '${alias}.occurred_at_us, coalesce(${alias}.sequence, 0), ${alias}.id',
        '${alias}.occurred_at_us, ${alias}.id',
      ],
    ],
  ),
  ...breaks(
    'src/query/tail/tail-rows.ts',
    ['test/query/tail/tail.test.ts'],
    [
      [
        'a tail repeats what its last step saw',
        'where.add(`not pg_visible_in_snapshot(${writer}::text::xid8, ${from})`);',
        '',
      ],
      [
        'a tail shows what is not committed for its step',
        'pg_visible_in_snapshot(${writer}::text::xid8, ${where.parameter(step.to)}::pg_snapshot)',
        '${where.parameter(step.to)}::pg_snapshot is not null',
      ],
    ],
  ),
  ...breaks(
    'src/query/log/corrected-rows.ts',
    ['test/corrections/unreached.test.ts'],
    [
      [
        'a correction of another run is in its list',
        "and e.corrected_key is null and ${agreeIn(view, 'c', 'e')}",
        'and e.corrected_key is null',
      ],
    ],
  ),
  ...breaks(
    'src/http/server/reading-service.ts',
    ['test/http/leaving.test.ts'],
    [
      [
        'a read goes on without its reader',
        "reply.raw.once('close', () => gone.abort());",
        'void reply;',
      ],
    ],
  ),
  ...breaks(
    'src/cli/command/existing-store.ts',
    ['test/cli/silent-ends.test.ts'],
    [
      [
        'a mistyped folder becomes a store',
        'if (database_url !== undefined || isStore(dir)) return;',
        'if (database_url !== undefined || dir !== undefined) return;',
      ],
    ],
  ),
  ...breaks(
    'src/postgres/analyze-grown.ts',
    ['test/worker/statistics.test.ts'],
    [
      [
        'nobody gathers statistics',
        'client.query(`analyze (skip_locked) ${name}`)',
        'client.query(`select ${name.length}`)',
      ],
    ],
  ),
  ...breaks(
    'src/embedded/folder/store-folder.ts',
    ['test/embedded/embedded-folder.test.ts'],
    [
      [
        'a store whose making was cut short is taken for whole',
        'if (await exists(creationMarker(dir))) await rm',
        "if (dir === '') await rm",
      ],
    ],
  ),
];
