import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { variableMeanings } from '#runfold/environment/variables.js';
import { openTier, type Tier } from '#runfold/tier.js';
import { blocksOf, docs, needsFramework, root, shellCommands } from '../harness/doc-blocks.js';
import { type RunningProcess, startNode } from '../harness/processes.js';
import { createQueueNames } from '../harness/queue-prefix.js';
import { runCommand } from '../harness/run-command.js';

/** The anchor of a heading, as GitHub makes it. */
const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
const inModules = (...path: string[]) => join(root, 'node_modules', ...path);
const main = join(root, 'dist/cli/main.js');
let folder = '';
/** Of the whole file: what opens a store in this folder is its guest, which takes a third of the CPU of an owner. */
let up: RunningProcess;
let url = '';
let tier: Tier;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runfold-docs-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(root, join(folder, 'node_modules/runfold'));
  await symlink(inModules('@types'), join(folder, 'node_modules/@types'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'events.ndjson'), blocksOf('ndjson')[0]?.text ?? '');
  // Files that agents leave in a home directory, for the commands that read it without a path.
  await cp(
    join(root, 'test/logs/fixtures/claude-partials/projects'),
    join(folder, 'home/.claude/projects'),
    { recursive: true },
  );
  const requests = await readFile(join(root, 'test/otlp/captures/ai-sdk-v7-nested.json'), 'utf8');
  const bodies = (JSON.parse(requests).requests as { body: object }[]).map(({ body }) => body);
  const now = `${Date.now()}000000`;
  await writeFile(
    join(folder, 'traces.jsonl'),
    bodies
      .map((body) => JSON.stringify(body).replace(/("\w+TimeUnixNano":")\d+/g, `$1${now}`))
      .join('\n'),
  );
  // Two examples read runs of Agno, one of them with a user. The same runs would be rejected the second time.
  for (const [name, from] of [
    ['agno-runs', 'agno-1.8.4-session'],
    ['agno-session', 'cache-beside-input.agno'],
  ]) {
    await copyFile(join(root, `test/golden/${from}.ndjson`), join(folder, `${name}.ndjson`));
  }
  up = startNode([main, 'up'], { cwd: folder });
  await up.waitForLine(/^Runfold is up\.$/);
  url = (await up.waitForLine(/http +(http:\/\/[\d.]+:\d+)/))[1] ?? '';
  tier = await openTier({ dir: join(folder, '.runfold') });
});
afterAll(async () => {
  await tier.close();
  up.kill('SIGTERM');
  const { code } = await up.exit;
  await rm(folder, { recursive: true, force: true });
  expect(code).toBe(0);
});

describe('the documents', () => {
  test('hold the tables that the declarations give', async () => {
    const args = ['--import', pathToFileURL(inModules('tsx/dist/esm/index.mjs')).href];
    const { code, stderr } = await startNode([
      ...args,
      join(root, 'scripts/generate-docs.ts'),
      '--check',
    ]).exit;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('name no file that is not there', () => {
    const missing = docs.flatMap(({ path, text }) => {
      const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
      const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) =>
        join(dirname(path), match[1] ?? ''),
      );
      const named = [...prose.matchAll(/`((?:src|test|docs|drizzle|bench)\/[\w./-]*)`/g)].map(
        (match) => match[1] ?? '',
      );
      const files = [...links, ...named].filter((file) => !existsSync(join(root, file)));
      return files.map((file) => `${path}: ${file}`);
    });
    expect(missing).toEqual([]);
  });

  test('link only to headings that are there', () => {
    const anchorsOf = (text: string) =>
      new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title)));
    const missing = docs.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].flatMap(
        ([, file = '', anchor = '']) => {
          const target = file === '' ? path : join(dirname(path), file);
          return anchorsOf(readFileSync(join(root, target), 'utf8')).has(anchor)
            ? []
            : [`${path}: ${file}#${anchor}`];
        },
      ),
    );
    expect(missing).toEqual([]);
  });

  test('of operations name every setting', () => {
    const page = docs.find(({ path }) => path === 'docs/operations.md')?.text ?? '';
    const named = new Set(Array.from(page.matchAll(/`([A-Z]+_[A-Z_]+)`/g), ([, name]) => name));
    expect(Object.keys(variableMeanings).filter((name) => !named.has(name))).toEqual([]);
  });
});

describe('the TypeScript of the documents', () => {
  const examples = blocksOf('ts')
    .filter((block) => !needsFramework(block))
    .map((block, at) => ({ ...block, name: `example-${at}` }));

  test('fits the types of the package', async () => {
    for (const { name, text } of examples) await writeFile(join(folder, `${name}.ts`), text);
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
    const emit = { noEmit: false, outDir: 'built' };
    const settings = { compilerOptions: { ...compilerOptions, ...emit }, include: ['*.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    const { stdout } = await startNode([inModules('typescript/bin/tsc'), '-p', folder]).exit;
    expect(stdout).toBe('');
  });

  test.each(examples)('of $place runs', async ({ name, text, place }) => {
    const { redis } = inject('testRun');
    const needsRedis = text.includes("kind: 'redis'");
    if (needsRedis && redis.url === undefined) return console.warn(`skipped: ${place} (no Redis)`);
    const env = needsRedis
      ? { REDIS_URL: String(redis.url), RUNFOLD_REDIS_PREFIX: createQueueNames().prefix }
      : {};
    const program = join(folder, 'built', `${name}.js`);
    const { code, stdout, stderr } = await startNode([program], {
      cwd: folder,
      env: { ...env, RUNFOLD_URL: url },
    }).exit;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // The output that an example promises, unless it describes it in words.
    const [, promised] = /^console\.log\(.*\); \/\/ ([\d. ]+)$/m.exec(text) ?? [];
    if (promised !== undefined) expect(stdout.trim()).toBe(promised);
  });
});

describe('beside a running `runfold up`', () => {
  const isOurs = (command: string) => /^(npx )?runfold /.test(command);
  const hasCurl = spawnSync('curl', ['--version']).error === undefined;
  test.skipIf(!hasCurl).each(shellCommands().filter((command) => command.startsWith('curl ')))(
    '%s',
    async (command) => {
      // A stream never ends. Exit code 28 of curl means that its time is over.
      const isStream = command.includes('/v1/tail');
      const line = command
        .replace(/^curl /, `curl --fail --silent --show-error ${isStream ? '--max-time 2 ' : ''}`)
        .replaceAll('http://127.0.0.1:8580', url);
      // Usage of most of a year exceeds the default of one megabyte.
      const options = { cwd: folder, maxBuffer: 64 * 2 ** 20 };
      const { status, stdout, stderr } = spawnSync('sh', ['-c', line], options);
      expect({ status, stderr: isStream ? '' : String(stderr) }).toEqual({
        status: isStream ? 28 : 0,
        stderr: '',
      });
      expect(String(stdout)).toMatch(isStream ? /^event: ready$/m : /[{]/);
    },
  );

  const commands = shellCommands()
    .filter(
      (command) =>
        isOurs(command) && !/^(npx )?runfold (up|serve|watch)\b|keys create/.test(command),
    )
    .map((command) => command.replace(/^npx /, ''));

  test.each([...new Set(commands)])('%s', async (command) => {
    const words = command.split(' ').slice(1);
    // Examples share ids, and a repeated id with other content becomes a reject.
    if (command.startsWith('runfold rejects retry')) {
      await tier.database.query('delete from runfold_internal.rejected_event', []);
    }
    // The demo opens a separate store, and runs long enough for a separate process.
    const { code, stdout, stderr } = await (words[0] === 'demo'
      ? startNode([main, ...words], { cwd: folder }).exit
      : runCommand(words, { dir: folder, env: { HOME: join(folder, 'home') } }));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });

  test.each(blocksOf('sql'))('the SQL of $place', async ({ text }) => {
    const result = await tier.database.pool.query(text);
    for (const { command, rowCount } of [result].flat()) {
      if (command === 'SELECT') expect(rowCount).toBeGreaterThan(0);
    }
  });

  test('a role that reads the views sees no table', async () => {
    const client = await tier.database.pool.connect();
    try {
      await client.query('begin; set local role reporter');
      expect((await client.query('select from runfold.runs')).rowCount).toBeGreaterThan(0);
      await expect(client.query('select from runfold_internal.event')).rejects.toThrow(
        /permission denied/,
      );
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('the other commands of the documents', () => {
  test('are scripts of this package, or of programs everyone knows', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const unknown = shellCommands()
      .filter((command) => !/^(npx )?runfold /.test(command))
      .filter((command) => {
        const [program, verb = '', name = ''] = command.replace(/^(\w+=\S+ )+/, '').split(' ');
        if (program !== 'npm')
          return !['docker', 'pg_dump', 'runfold', 'curl'].includes(String(program));
        return !(verb === 'ci' || verb in scripts || (verb === 'run' && name in scripts));
      });
    expect(unknown).toEqual([]);
  });
});
