// Packs the build, installs the tarball into an empty project, and uses it there: as an ES module,
// from CommonJS, from TypeScript with and without checks of its declarations, and by its command.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'runfold-package-'));
const project = join(folder, 'project');

function run(cwd: string, program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? error}`);
  }
}

/** The exports that need no other package; those of hooks take types of the frameworks they hook. */
const manifest: { exports: Record<string, unknown> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const entries = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace(/^\./, 'runfold'));

const use = `
const { producer, close } = await openRunfold({ dir: 'store' });
producer.message({ run_id: 'one', role: 'user' });
await close();
console.log('used');
`;
const files = {
  'package.json': JSON.stringify({ private: true }),
  'use.mjs': `import { openRunfold } from 'runfold';
for (const entry of ${JSON.stringify(entries)}) await import(entry);
${use}`,
  // Node.js loads ES modules by \`require\` since 20.19, unless one of them waits at its top level.
  'use.cjs': `const { openRunfold } = require('runfold');
for (const entry of ${JSON.stringify(entries)}) require(entry);
(async () => {${use}})();`,
  'use.mts': `import { openRunfold } from 'runfold';
import { createClient } from 'runfold/client';
import { createProducer } from 'runfold/producer';
${entries.map((entry, at) => `export type * as entry${at} from '${entry}';`).join('\n')}
export const names: unknown[] = [createProducer, createClient];
${use}`,
  'use-types.cts': `import runfold = require('runfold');
export const open: typeof runfold.openRunfold = runfold.openRunfold;
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'NodeNext',
      target: 'ES2023',
      lib: ['ES2023', 'DOM'],
      strict: true,
      types: [],
      outDir: 'built',
      skipLibCheck: true,
    },
    files: ['use.mts', 'use-types.cts'],
  }),
};

try {
  const packed = run(
    root,
    'npm',
    ...['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
  );
  const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
  mkdirSync(project);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  const settings = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  run(project, 'npm', 'install', ...settings, tarball);
  run(project, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
  for (const program of ['use.mjs', 'use.cjs', 'built/use.mjs']) {
    const text = run(project, process.execPath, program);
    if (text !== 'used\n') throw new Error(`Expected ${program} to print "used", got ${text}`);
    rmSync(join(project, 'store'), { recursive: true });
    console.log(`${program}: used`);
  }
  const version = run(project, join(project, 'node_modules/.bin/runfold'), '--version').trim();
  console.log(`Runfold ${version}: its command runs`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
