// Packs what is built, installs the tarball into empty projects, and uses it there: as an ES module,
// from CommonJS, from TypeScript, and by its command.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'runfold-package-'));

const run = (cwd: string, program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const use = `
const { producer, close } = await openRunfold({ dir: 'store' });
producer.message({ run_id: 'one', role: 'user' });
await close();
console.log('used');
`;
const projects = {
  esm: {
    manifest: { type: 'module' },
    files: { 'main.js': `import { openRunfold } from 'runfold';\n${use}` },
  },
  commonjs: {
    manifest: {},
    files: {
      'main.js': `const { openRunfold } = require('runfold');\n(async () => {${use}})();`,
    },
  },
  typescript: {
    manifest: { type: 'module' },
    files: {
      'main.ts': `import { openRunfold } from 'runfold';
import { createProducer } from 'runfold/producer';
import { createClient } from 'runfold/client';
export const names: unknown[] = [createProducer, createClient];\n${use}`,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          module: 'NodeNext',
          target: 'ES2023',
          strict: true,
          types: [],
          lib: ['ES2023', 'DOM'],
        },
      }),
    },
  },
};

try {
  const packed = run(root, 'npm', 'pack', '--ignore-scripts', '--pack-destination', folder);
  const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
  for (const [name, { manifest, files }] of Object.entries(projects)) {
    const project = join(folder, name);
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, ...manifest }));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
    run(project, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', tarball);
    if (name === 'typescript') {
      run(project, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
    }
    const text = run(project, process.execPath, 'main.js');
    if (text !== 'used\n') throw new Error(`Expected ${name} to print "used", got ${text}`);
    const version = run(project, 'npx', '--no-install', 'runfold', '--version').trim();
    console.log(`${name}: Runfold ${version} installed and used`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
