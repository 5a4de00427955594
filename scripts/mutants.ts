// Breaks a copy of the source in named places, one at a time, and runs the tests that should
// notice.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { transformWithOxc } from 'vite';
import { mutants as all } from './mutants/all-mutants.js';
import type { Mutant } from './mutants/mutant.js';

const help = `Usage: npm run mutants -- [words...] [--part 1/4] [--list] [--json]

Breaks the code in ${all.length} named places, one at a time in a copy, and runs the tests that are to notice.
Words choose the breaks whose name or file has one of them. Exits with 1 when a break is not noticed.`;

const root = join(import.meta.dirname, '..');
const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    part: { type: 'string' },
    list: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

function chosen(): readonly Mutant[] {
  const named = all.filter(
    ({ name, file }) =>
      words.length === 0 || words.some((word) => `${name} ${file}`.includes(word)),
  );
  const [part, parts] = (values.part ?? '1/1').split('/').map(Number);
  if (!(Number.isInteger(part) && Number.isInteger(parts))) {
    throw new Error(`--part: expected a part such as 1/4, got ${values.part}`);
  }
  return named.filter((_, at) => at % (parts ?? 1) === (part ?? 1) - 1);
}

/** The result of a test run on a broken copy. */
interface Verdict {
  readonly name: string;
  readonly file: string;
  readonly noticed: boolean;
  /** The tests that failed, or the error that prevented them from running. */
  readonly by: readonly string[];
  readonly seconds: number;
}

/** A copy of everything that a test run needs. It uses the packages of the original. */
function openCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'runfold-mutants-'));
  const names = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const name of [...names.trim().split('\n'), 'dist', 'store-template']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

const outputOf = (file: string) => file.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js');

async function tryOut(copy: string, mutant: Mutant): Promise<Verdict> {
  const { name, file, text, instead, tests, only } = mutant;
  const source = readFileSync(join(root, file), 'utf8');
  if (source.split(text).length !== 2)
    throw new Error(`${name}: expected its text once in ${file}`);
  const broken = source.replace(text, () => instead);
  // The tests run the build, so the one file is built again. Migrations are run as they are.
  const code = file.endsWith('.sql') ? broken : (await transformWithOxc(broken, file)).code;
  const output = join(copy, outputOf(file));
  const before = readFileSync(output);
  writeFileSync(output, code);
  const began = performance.now();
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const args = [
    'vitest',
    'run',
    '--retry=0',
    '--bail=1',
    '--reporter=json',
    `--outputFile=${report}`,
    ...tests,
  ];
  const { status } = spawnSync('npx', only === undefined ? args : [...args, '-t', only], {
    cwd: copy,
    stdio: 'ignore',
    // A break may make a test wait forever.
    timeout: 300_000,
  });
  writeFileSync(output, before);
  return {
    name,
    file,
    noticed: status !== 0,
    by: failuresIn(report),
    seconds: Math.round((performance.now() - began) / 1000),
  };
}

interface Report {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function failuresIn(file: string): string[] {
  try {
    const report: Report = JSON.parse(readFileSync(file, 'utf8'));
    return report.testResults.flatMap(({ assertionResults, message }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      return failed.length > 0 ? failed.map(({ fullName }) => fullName) : message ? [message] : [];
    });
  } catch {
    return ['the tests did not end'];
  }
}

async function main(): Promise<void> {
  if (values.help) return console.log(help);
  const list = chosen();
  if (values.list) {
    for (const { name, file } of list) console.log(`${file}: ${name}`);
    return;
  }
  const copy = openCopy();
  const verdicts: Verdict[] = [];
  try {
    for (const mutant of list) {
      const verdict = await tryOut(copy, mutant);
      verdicts.push(verdict);
      const mark = verdict.noticed ? '✓' : '✗ NOT NOTICED';
      if (!values.json)
        console.log(
          `${mark} ${verdict.name} (${verdict.seconds} s)${verdict.noticed ? `: ${verdict.by[0] ?? ''}` : ` in ${verdict.file}`}`,
        );
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  const missed = verdicts.filter(({ noticed }) => !noticed);
  if (values.json) console.log(JSON.stringify(verdicts, undefined, 2));
  else console.log(`${verdicts.length - missed.length} of ${verdicts.length} breaks were noticed.`);
  process.exitCode = missed.length > 0 ? 1 : 0;
}

await main();
