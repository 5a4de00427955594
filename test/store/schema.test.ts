import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { createTestDatabase } from '../../harness/database.js';
import { findBinaries } from '../../harness/server-binary.js';
import { describeWithPostgres } from '../../harness/suite.js';

const run = promisify(execFile);
const file = fileURLToPath(new URL('../../drizzle/schema.sql', import.meta.url));
const schemaMajor = /^-- As pg_dump (\d+) writes it/.exec(readFileSync(file, 'utf8'))?.[1];

/** The dump without the parts that differ between two dumps of one database. */
function withoutHead(dump: string): string {
  return dump
    .replace(/^(--.*|SET .*|SELECT pg_catalog.set_config.*|\\(un)?restrict .*)\n/gm, '')
    .replace(/\n{2,}/g, '\n\n')
    .trim();
}

describeWithPostgres('drizzle/schema.sql', () => {
  test('is the whole schema of a store, as pg_dump writes it', async (context) => {
    const folder = findBinaries(['pg_dump']);
    if (folder === undefined) return context.skip('no pg_dump on this machine');
    const { stdout: version } = await run(join(folder, 'pg_dump'), ['--version']);
    const dumpMajor = /(\d+)/.exec(version)?.[1];
    const home = await createTestDatabase();
    const database = openDatabase(home.url, { max: 1 });
    const [server] = await database.query<{ major: string }>(
      `select current_setting('server_version_num')::integer / 10000 as major`,
    );
    await database.close();
    try {
      if (dumpMajor !== schemaMajor || `${server?.major}` !== schemaMajor) {
        return context.skip(
          `written by pg_dump ${schemaMajor}; here are pg_dump ${dumpMajor} and Postgres ${server?.major}`,
        );
      }
      const flags = ['--schema-only', '--no-owner', '--no-privileges', `--dbname=${home.url}`];
      const { stdout } = await run(join(folder, 'pg_dump'), flags, { maxBuffer: 2 ** 24 });
      const text = `-- As pg_dump ${dumpMajor} writes it, without its comments: npm run schema.\n\n${withoutHead(stdout)}\n`;
      await expect(text, 'a change of the schema: run npm run schema').toMatchFileSnapshot(file);
    } finally {
      await home.drop();
    }
  });
});
