import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startNode } from './support/processes.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each folder of src may import of ours besides itself, and why no more. */
const FOLDERS: Readonly<
  Record<string, { readonly may: readonly string[]; readonly because: string }>
> = {
  events: { may: [], because: 'the vocabulary is what all the rest agrees on' },
  ingest: {
    may: ['events'],
    because: 'an agent that only emits must not load a database driver',
  },
  store: { may: ['events'], because: 'the log keeps events and knows nothing of their totals' },
  projections: { may: ['events', 'store'], because: 'totals are folded from the log' },
  pricing: {
    may: ['events', 'store'],
    because: 'a price goes by an event and the overrides in the store, before any total',
  },
  worker: {
    may: [
      'events',
      'store',
      'projections',
      'pricing',
      'ingest/event-job',
      'ingest/open-queue',
      'ingest/queue-target',
      'ingest/retry-delay',
    ],
    because:
      'the queue, its jobs and its pauses are defined once, in ingest; the worker never emits',
  },
  query: {
    may: ['events', 'store', 'projections'],
    because: 'reading totals needs neither a queue nor a worker',
  },
  client: {
    may: ['events', 'query'],
    because: 'of the queries it takes the types of their answers; it loads nothing of them',
  },
  http: {
    may: ['events', 'ingest', 'store', 'projections', 'pricing', 'worker', 'query', ''],
    because: 'a face sits on top of the library; no face imports another',
  },
  cli: {
    may: ['events', 'ingest', 'store', 'projections', 'pricing', 'worker', 'query', 'http', ''],
    because: 'the commands sit on top of everything, HTTP included',
  },
};

/** Files of src itself put the rest together. They may import every folder but the faces. */
const ROOT_FILES: Readonly<Record<string, string>> = {
  'index.ts': 'what `runfold` exports',
  'producer.ts': 'what `runfold/producer` exports, for agents that only emit',
  'client.ts': 'what `runfold/client` exports, for programs that talk to the HTTP service',
  'config.ts': 'the environment, read once',
  'edit-distance.ts': 'how far a mistyped name is from a known one',
  'error-fields.ts': 'what of an error is logged',
  'tier.ts': 'connects store and queue of one of the three tiers',
  'write-store-template.ts': 'makes what embedded stores begin as; run by the build',
  'runfold.ts': 'opens everything a program needs to emit, fold and read',
};
const FACES = ['http', 'cli'];

/** The only files that may read the environment: every setting has one schema and one error report. */
const READS_ENVIRONMENT = ['config.ts'];

/** One noun a file keeps files short. A longer one is listed with the reason it cannot be split. */
const LINES = 200;
const LONGER_FILES: Readonly<Record<string, string>> = {};

/** Names under which anything fits, so that everything ends up there. */
const EMPTY_NAMES = /^types?$|(^|-)(utils?|commons?|helpers?|misc)$/;

interface SourceFile {
  /** From src, with slashes: `events/timestamp.ts`. */
  readonly path: string;
  /** `events`, or '' for a file of src itself. */
  readonly folder: string;
  readonly text: string;
  readonly code: string;
  /** The files of ours it imports, types included: they too bind one folder to another. */
  readonly imports: readonly string[];
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function importedBy(path: string, code: string): string[] {
  const statements =
    /(?:^|[\n;])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(statements)]
    .map(([, from, bare]) => from ?? bare ?? '')
    .flatMap((target) => {
      if (target.startsWith('#runfold/')) return [target.slice('#runfold/'.length)];
      return target.startsWith('.') ? [posix.join(posix.dirname(path), target)] : [];
    })
    .map((target) => target.replace(/\.js$/, '.ts'));
}

function folderOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}

const sources: readonly SourceFile[] = readdirSync(join(root, 'src'), {
  recursive: true,
  withFileTypes: true,
})
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => {
    const file = join(entry.parentPath, entry.name);
    const path = relative(join(root, 'src'), file).split(sep).join('/');
    const text = readFileSync(file, 'utf8');
    const code = withoutComments(text);
    return { path, folder: folderOf(path), text, code, imports: importedBy(path, code) };
  });

/** `may` names a folder, '' for src itself, or the beginning of a file's path: `ingest/open-queue`. */
function isAllowed(target: string, may: readonly string[]): boolean {
  const folder = folderOf(target);
  return may.some(
    (name) => name === folder || (name.includes('/') && /^[-.]/.test(tailOf(target, name))),
  );
}

function tailOf(target: string, start: string): string {
  return target.startsWith(start) ? target.slice(start.length) : '';
}

/** Everything `path` imports, at any distance, each with the chain that leads there. */
function reachedFrom(path: string): ReadonlyMap<string, string> {
  const reached = new Map([[path, path]]);
  for (const [step, chain] of reached) {
    const imports = sources.find((source) => source.path === step)?.imports ?? [];
    for (const next of imports) {
      if (!reached.has(next)) reached.set(next, `${chain} → ${next}`);
    }
  }
  return reached;
}

/** Circles of imports: of each file that reaches itself the shortest way back, unless it is in one shown before. */
function circlesIn(files: readonly Pick<SourceFile, 'path' | 'imports'>[]): readonly string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const seen = new Set<string>();
  return files.flatMap(({ path: start }) => {
    if (seen.has(start)) return [];
    const chains = new Map<string, readonly string[]>([[start, [start]]]);
    for (const [step, chain] of chains) {
      for (const next of importsOf.get(step) ?? []) {
        if (next === start) {
          for (const member of chain) seen.add(member);
          return [[...chain, start].join(' → ')];
        }
        if (!chains.has(next)) chains.set(next, [...chain, next]);
      }
    }
    return [];
  });
}

describe('the import rules', () => {
  test('read every import of ours', () => {
    const known = new Set(sources.map(({ path }) => path));
    const unknown = sources.flatMap(({ path, imports }) =>
      imports.filter((target) => !known.has(target)).map((target) => `${path} → ${target}`),
    );
    expect(unknown).toEqual([]);
    const sample = [
      "import {\n  a,\n} from './one.js';",
      "import type { B } from './two.js';",
      "export * from './three.js';",
      "import './four.js';",
      "const five = await import('./five.js');",
      "// import { six } from './six.js';",
    ].join('\n');
    expect(importedBy('a/b.ts', withoutComments(sample))).toEqual(
      ['one', 'two', 'three', 'four', 'five'].map((name) => `a/${name}.ts`),
    );
  });

  test('know every folder and every file of src', () => {
    const unknown = sources.filter(({ folder, path }) =>
      folder === '' ? !(path in ROOT_FILES) : !(folder in FOLDERS),
    );
    expect(unknown.map(({ path }) => path)).toEqual([]);
  });

  test.each(Object.entries(FOLDERS))('hold for src/%s', (name, { may, because }) => {
    const broken = sources
      .filter(({ folder }) => folder === name)
      .flatMap(({ path, imports }) =>
        imports
          .filter((target) => !isAllowed(target, [...may, name]))
          .map((target) => `${path} imports ${target}`),
      );
    expect(broken, `src/${name} may import [${may.join(', ')}]: ${because}`).toEqual([]);
  });

  test('allow no circle, not even of types', () => {
    expect(
      circlesIn(sources),
      'files that import each other are one file in pieces: none can be read, tested or moved ' +
        'alone, and what is loaded first depends on who asks. Give what both need a file of its own',
    ).toEqual([]);
    const file = (path: string, ...imports: string[]) => ({ path, imports });
    expect(circlesIn([file('a', 'b'), file('b', 'c'), file('c', 'b')])).toEqual(['b → c → b']);
    expect(circlesIn([file('a', 'a')])).toEqual(['a → a']);
    expect(circlesIn([file('a', 'b', 'c'), file('b', 'c'), file('c')])).toEqual([]);
  });

  test('keep the faces out of the library', () => {
    const broken = sources
      .filter(({ folder }) => folder === '')
      .flatMap(({ path, imports }) =>
        imports
          .filter((target) => FACES.includes(folderOf(target)))
          .map((target) => `${path} imports ${target}`),
      );
    expect(broken, 'who embeds the library must not load a server or a command line').toEqual([]);
  });

  test('let nothing that emits reach the store or the projections, at any distance', () => {
    const broken = sources
      .filter(({ folder, path }) => folder === 'ingest' || path === 'producer.ts')
      .flatMap(({ path }) => [...reachedFrom(path)])
      .filter(([target]) => ['store', 'projections', 'pricing'].includes(folderOf(target)))
      .map(([, chain]) => chain);
    expect(broken, 'an agent that only emits loads neither driver nor price book').toEqual([]);
  });
});

describe('the files of src', () => {
  test('leave the environment to the one file that reads it', () => {
    const readers = sources
      .filter(({ code }) =>
        /\bprocess\s*(\.|\?\.)\s*env\b|\bprocess\s*\[|{[^}]*\benv\b[^}]*}\s*(=\s*process\b|from\s*['"](node:)?process['"])/.test(
          code,
        ),
      )
      .map(({ path }) => path);
    expect(readers.filter((path) => !READS_ENVIRONMENT.includes(path))).toEqual([]);
  });

  test('export by name only, so that a thing has one name everywhere', () => {
    const broken = sources.filter(({ code }) => /\bexport\s+default\b|\bas\s+default\b/.test(code));
    expect(broken.map(({ path }) => path)).toEqual([]);
  });

  test('have names in kebab-case that say what is inside', () => {
    const broken = sources.filter(({ path }) =>
      path.split('/').some((part) => {
        const name = basename(part, '.ts');
        return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || EMPTY_NAMES.test(name);
      }),
    );
    expect(broken.map(({ path }) => path)).toEqual([]);
  });

  test(`have at most ${LINES} lines`, () => {
    const lengths = new Map(sources.map(({ path, text }) => [path, text.split('\n').length - 1]));
    const tooLong = [...lengths].filter(
      ([path, lines]) => lines > LINES && !(path in LONGER_FILES),
    );
    expect(tooLong).toEqual([]);
    const needless = Object.keys(LONGER_FILES).filter((path) => (lengths.get(path) ?? 0) <= LINES);
    expect(needless, 'exceptions that are none any more').toEqual([]);
  });
});

describe('dist/producer.js', () => {
  // The hook sees what is imported; what CommonJS modules require is in their cache.
  const hook = `
    import { writeSync } from 'node:fs';
    export async function resolve(specifier, context, next) {
      const resolved = await next(specifier, context);
      writeSync(1, resolved.url + '\\n');
      return resolved;
    }`;
  const script = `
    import { createRequire, register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    await import(process.argv[1]);
    console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));
    console.log('loaded');`;

  async function loadedBy(entry: string): Promise<readonly string[]> {
    const url = new URL(entry, `file://${root}/`).href;
    const child = startNode(['--input-type=module', '--eval', script, url], { cwd: root });
    const { code, stdout, stderr } = await child.exit;
    expect(code, stderr).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.pop()).toBe('loaded');
    return lines;
  }

  function databaseModules(lines: readonly string[]): readonly string[] {
    return lines.filter((line) =>
      /[/\\]node_modules[/\\](pg(-[a-z-]+)?|@electric-sql|drizzle-orm)[/\\]/.test(line),
    );
  }

  test('loads no database driver: an agent that only emits pays for none', async () => {
    const lines = await loadedBy('dist/producer.js');
    expect(lines.some((line) => line.endsWith('/dist/producer.js'))).toBe(true);
    expect(databaseModules(lines)).toEqual([]);
  });

  test('is watched by a hook that would see one', async () => {
    const seen = databaseModules(await loadedBy('node_modules/pg/lib/index.js'));
    expect(seen.some((line) => line.includes('pg-protocol'))).toBe(true);
  });
});
