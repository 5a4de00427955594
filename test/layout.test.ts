import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { listFiles } from '../harness/list-files.js';
import { startNode } from '../harness/processes.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Room {
  /** Its content, in one sentence. */
  readonly holds: string;
  /** The folders of src that it may import besides itself and `environment`; '' is src itself. */
  readonly may: readonly string[];
  /** Folders from which it may import only types. */
  readonly types?: readonly string[];
  readonly because: string;
}

const library = [
  'events',
  'otlp',
  'queue',
  'ingest',
  'postgres',
  'embedded',
  'store',
  'projections',
  'pricing',
  'append',
  'worker',
  'query',
  'corrections',
  'budgets',
  'alerts',
  'logs',
  'operations',
];

/**
 * The folders of src in the order of the flow: the content of each, its allowed imports, and why
 * there are no more.
 */
const rooms: Readonly<Record<string, Room>> = {
  environment: {
    holds: 'What the machine tells us: variables, processes, versions',
    may: [],
    because: 'everybody may import it, so it knows nobody',
  },
  events: {
    holds: 'What an event is: fields, limits, checks, and its form as a row or as columns',
    may: [],
    because: 'the vocabulary is what all the rest agrees on',
  },
  otlp: {
    holds: 'OpenTelemetry data into events: decode, reduce, and say where a span belongs',
    may: ['events'],
    because:
      'it is pure: what comes of spans depends on them alone, whoever receives or keeps them',
  },
  queue: {
    holds: 'Both ends of the queue: where it is, how to connect, and the format of a job',
    may: ['events', 'postgres/pooled-sessions', 'postgres/open-sockets', 'postgres/address'],
    because:
      'producers and workers share it, and a producer must load neither the store nor the driver',
  },
  ingest: {
    holds: 'Events into the queue: the producer, and the formats of others',
    may: ['events', 'queue'],
    because: 'an agent that only emits must not load a database driver',
  },
  hooks: {
    holds: 'What agents do in the frameworks of others, as events: one hook per framework',
    may: [
      'events',
      'ingest/formats/api-responses/api-usage',
      'ingest/formats/api-responses/google-usage',
      'ingest/formats/claude-code/claude-usage',
      'ingest/formats/log/log-record',
      'ingest/formats/log/model-name',
      'otlp/tables/provider-names',
    ],
    because: 'a hook is handed a producer and loads none, and reads usage as the formats do',
  },
  postgres: {
    holds: 'What we know of Postgres itself: pool, errors, binary formats. No table of ours',
    may: [],
    because: 'it would serve any other product as well',
  },
  embedded: {
    holds: 'A Postgres in a folder, served on a socket',
    may: [],
    because: 'the server does not know what is stored in it',
  },
  store: {
    holds: 'Our tables, their migrations, projects and keys',
    may: ['events', 'postgres'],
    because: 'the log keeps events and knows nothing of their totals',
  },
  projections: {
    holds: 'The declarations; below them the language, the fold, the views, rebuild and audit',
    may: ['events', 'postgres', 'store'],
    because: 'totals are folded from the log',
  },
  pricing: {
    holds: 'What tokens cost',
    may: ['events', 'postgres'],
    because: 'a price depends on an event and the overrides in the store, before any total',
  },
  append: {
    holds: "A job's events into the log and the totals: decode, order, encode, write",
    may: ['events', 'postgres', 'store', 'projections', 'queue/job'],
    because: 'it writes what it is given; taking jobs is the business of the worker',
  },
  worker: {
    holds: 'The life cycle around append: take jobs, group them, retry, stop',
    may: ['otlp', 'postgres', 'queue', 'pricing', 'store', 'projections', 'append', 'alerts'],
    because: 'a worker never emits, and never looks into an event',
  },
  query: {
    holds: 'Reads',
    may: ['events', 'postgres', 'store', 'projections'],
    because: 'reading totals needs neither a queue nor a worker',
  },
  corrections: {
    holds: 'Events that correct events: correct, void, reprice',
    may: ['events', 'postgres', 'pricing', 'projections', 'query', 'append'],
    because: 'a correction is computed from what is read and appended like any event',
  },
  budgets: {
    holds: 'Limits on what is used: definitions, what is used of them, checks and holds',
    may: ['events', 'postgres', 'store', 'pricing', 'projections', 'query'],
    because: 'what is used is read from the totals, and nothing of it is folded',
  },
  alerts: {
    holds: 'Rules, channels, and notifications that exist once for each crossing',
    may: ['events', 'postgres', 'store', 'projections', 'query'],
    because: 'rules look at what is kept anyway, and change nothing of it',
  },
  logs: {
    holds: 'Files of logs into events, each call once: folders, checkpoints, claims, comparison',
    may: ['events', 'ingest', 'postgres', 'store', 'pricing', 'projections', 'corrections'],
    because:
      'what a file says is compared with what the log holds, and only the difference is sent',
  },
  operations: {
    holds: 'How a store and its servers stand: status, checks, rights',
    may: ['events', 'queue', 'postgres', 'store', 'projections', 'query'],
    types: [''],
    because: 'it is what operators are shown, by every face alike',
  },
  client: {
    holds: 'The HTTP service from TypeScript',
    may: [],
    types: ['events', 'query', 'budgets', 'alerts', 'pricing', 'corrections'],
    because: 'a program that talks to the service loads nothing of the service',
  },
  http: {
    holds: 'The HTTP service',
    may: [
      ...library.filter((name) => name !== 'worker' && name !== 'append'),
      'append/writer/compare-content',
      'append/other-content',
      '',
    ],
    types: ['worker', 'append'],
    because:
      'a face is built on the library; it is handed the worker that it shows, and compares what comes again',
  },
  cli: {
    holds: 'The commands',
    may: [...library, 'http', ''],
    because: 'the commands are built on everything, HTTP included',
  },
};

/** Files of src itself combine the rest. They may import every folder except the interfaces. */
const rootFiles: Readonly<Record<string, string>> = {
  'index.ts': 'what `runfold` exports',
  'producer.ts': 'what `runfold/producer` exports, for agents that only emit',
  'client.ts': 'what `runfold/client` exports, for programs that talk to the HTTP service',
  'ai-sdk.ts': 'what `runfold/ai-sdk` exports, hooks for the AI SDK of Vercel',
  'openai.ts': 'what `runfold/openai` exports, the hook for a client of OpenAI',
  'anthropic.ts': 'what `runfold/anthropic` exports, the hook for a client of Anthropic',
  'langchain.ts': 'what `runfold/langchain` exports, the hook for LangChain.js and LangGraph',
  'openai-agents.ts': 'what `runfold/openai-agents` exports, the hook for the OpenAI Agents SDK',
  'mastra.ts': 'what `runfold/mastra` exports, the hook for Mastra',
  'claude-agent-sdk.ts': 'what `runfold/claude-agent-sdk` exports, the hook for its `query`',
  'tier.ts': 'connects store and queue of one of the three tiers',
  'runfold.ts': 'opens everything a program needs to emit, fold and read',
};
const faces = ['http', 'cli'];

/** The files of src that an agent loads if it only emits. */
const emitting = [
  'producer.ts',
  'ai-sdk.ts',
  'openai.ts',
  'anthropic.ts',
  'langchain.ts',
  'openai-agents.ts',
  'mastra.ts',
  'claude-agent-sdk.ts',
];

/** A folder with more files has two subjects. */
const mostFiles = 14;
const fullerFolders: Readonly<Record<string, string>> = {
  'cli/commands': 'one file per command, so that the listing is the help',
  'http/routes': 'one file per resource, so that the listing is the API',
};
/** Levels of folders below src: `cli/commands` has two. */
const mostLevels = 2;

/**
 * The only files that may read the environment: every setting has one schema and one error report.
 * A process passes its own environment to the commands; a test passes another one.
 */
const readsEnvironment = ['environment/config.ts', 'cli/io/process-io.ts'];

/**
 * One noun per file keeps files short. A longer file is listed with the reason why it cannot be
 * split.
 */
const mostLines = 200;
const longerFiles: Readonly<Record<string, string>> = {
  'index.ts': 'a list of names, one a line',
};

/** A file with fewer lines and one importer is a part of that importer. */
const fewestLines = 20;
const smallFiles: Readonly<Record<string, string>> = {
  'store/tables/project-table.ts': 'a table, and the listing of the folder is the list of tables',
};

/**
 * A file name has one meaning in src. A command, a route and the client are named after what they
 * show; every other name that stands twice is listed with the two meanings.
 */
const facesOfThings = /^(cli\/commands|http\/routes|client)\/|^[^/]+$/;
const sharedNames: Readonly<Record<string, string>> = {
  'agno-metrics.ts': "Agno's metrics into ours, and ours into Agno's",
  'csv.ts': 'a line of CSV, and rows as CSV for a terminal',
  'format.ts': 'a format of input, and figures as text',
  'readers.ts': 'readers that may leave, and the servers that a query reads',
  'run-usage.ts': 'a table of totals, and its reader',
  'run.ts': 'the run that a producer starts, and the totals of a run',
};

/** Names that fit anything, so that everything ends up there. */
const emptyNames = /^types?$|(^|-)(utils?|commons?|helpers?|misc)$/;

interface SourceFile {
  /** From src, with slashes: `events/timestamp.ts`. */
  readonly path: string;
  /** `events`, or '' for a file of src itself. */
  readonly folder: string;
  readonly text: string;
  readonly code: string;
  /** The files of ours that it imports, including types, because they also couple folders. */
  readonly imports: readonly string[];
  /** The files among these from which it imports values. */
  readonly values: readonly string[];
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function importedBy(path: string, code: string, only: 'all' | 'values' = 'all'): string[] {
  const statements =
    /(?:^|[\n;])\s*(?:import|export)\b(\s+type\b)?[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(statements)]
    .filter(([, type]) => only === 'all' || type === undefined)
    .map(([, , from, bare]) => from ?? bare ?? '')
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
    return {
      path,
      folder: folderOf(path),
      text,
      code,
      imports: importedBy(path, code),
      values: importedBy(path, code, 'values'),
    };
  });

/**
 * `may` names a folder, '' for src itself, or the beginning of a file's path: `ingest/open-queue`.
 */
function isAllowed(target: string, may: readonly string[]): boolean {
  const folder = folderOf(target);
  return may.some(
    (name) => name === folder || (name.includes('/') && /^[-.]/.test(tailOf(target, name))),
  );
}

function tailOf(target: string, start: string): string {
  return target.startsWith(start) ? target.slice(start.length) : '';
}

/** Everything that `path` imports directly or indirectly, each with the chain that leads there. */
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

/**
 * Circular imports: the shortest cycle of each file in one, unless it is in a cycle listed before.
 */
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
      folder === '' ? !(path in rootFiles) : !(folder in rooms),
    );
    expect(unknown.map(({ path }) => path)).toEqual([]);
  });

  test.each(Object.entries(rooms))('hold for src/%s', (name, { may, types = [], because }) => {
    const all = name === 'environment' ? [name] : ['environment', name, ...may];
    const broken = sources
      .filter(({ folder }) => folder === name)
      .flatMap(({ path, imports, values }) => [
        ...values
          .filter((target) => !isAllowed(target, all))
          .map((target) => `${path} imports ${target}`),
        ...imports
          .filter((target) => !isAllowed(target, [...all, ...types]))
          .map((target) => `${path} imports types of ${target}`),
      ]);
    expect(broken, `src/${name} may import [${may.join(', ')}]: ${because}`).toEqual([]);
  });

  test('allow no circle between folders, at either level', () => {
    const folders = (depth: number) => {
      const of = (path: string) => dirname(path).split('/').slice(0, depth).join('/');
      const names = new Set(sources.map(({ path }) => of(path)));
      names.delete('.');
      return [...names].map((path) => ({
        path,
        imports: [
          ...new Set(
            sources
              .filter((source) => of(source.path) === path)
              .flatMap(({ imports }) => imports.map(of))
              .filter((target) => target !== path && target !== '.'),
          ),
        ],
      }));
    };
    for (const depth of [1, mostLevels, mostLevels + 1]) {
      expect(
        circlesIn(folders(depth)),
        'two folders that import each other are one folder under two names',
      ).toEqual([]);
    }
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
          .filter((target) => faces.includes(folderOf(target)))
          .map((target) => `${path} imports ${target}`),
      );
    expect(broken, 'who embeds the library must not load a server or a command line').toEqual([]);
  });

  test('let nothing that emits reach the store or the projections, at any distance', () => {
    const broken = sources
      .filter(({ folder, path }) => ['ingest', 'hooks'].includes(folder) || emitting.includes(path))
      .flatMap(({ path }) => [...reachedFrom(path)])
      .filter(([target]) => ['store', 'projections', 'pricing'].includes(folderOf(target)))
      .map(([, chain]) => chain);
    expect(broken, 'an agent that only emits loads neither driver nor price book').toEqual([]);
  });
});

describe('the folders of src', () => {
  const parents = sources.map(({ path }) => dirname(path));

  test(`hold at most ${mostFiles} files`, () => {
    const full = [...new Set(parents)]
      .map((folder) => [folder, parents.filter((parent) => parent === folder).length] as const)
      .filter(([folder, files]) => files > mostFiles && !(folder in fullerFolders));
    expect(full).toEqual([]);
  });

  test(`nest ${mostLevels} levels deep, one more for one format of ingest`, () => {
    const deep = [...new Set(parents)].filter(
      (folder) =>
        folder.split('/').length >
        (folder.startsWith('ingest/formats/') ? mostLevels + 1 : mostLevels),
    );
    expect(deep).toEqual([]);
  });
});

/**
 * Tests of programs that are not part of the product. All others are run like a person would, by
 * command.
 */
const testedBy: Readonly<Record<string, string>> = {
  'test/bench.test.ts': 'bench',
  'test/chaos.test.ts': 'chaos',
  'test/mutants.test.ts': 'scripts',
  'test/simulate.test.ts': 'scripts',
  'test/deploy/dashboards.test.ts': 'scripts',
};

describe('tests, bench and chaos', () => {
  test('share what is in harness, and do not import each other', () => {
    const folders = ['test', 'bench', 'chaos', 'scripts', 'harness'];
    const broken = folders.flatMap((folder) =>
      listFiles(join(root, folder), '.ts').flatMap((file) => {
        const path = relative(root, file).split(sep).join('/');
        const code = withoutComments(readFileSync(file, 'utf8'));
        return [...code.matchAll(/\bfrom\s*['"](\.[^'"]+)['"]/g)]
          .map(([, target = '']) => posix.join(dirname(path), target))
          .filter((target) => ![folder, 'harness', testedBy[path]].includes(folderOf(target)))
          .map((target) => `${path} imports ${target}`);
      }),
    );
    expect(broken, 'src is imported as `#runfold/…`; what two of them need is in harness').toEqual(
      [],
    );
  });
});

describe('every file', () => {
  test('names its constants in camelCase, and its tests by `test`', () => {
    const folders = ['src', 'test', 'bench', 'chaos', 'scripts', 'harness', 'web'];
    const broken = folders.flatMap((folder) =>
      listFiles(join(root, folder), '.ts')
        .filter((file) => !file.includes('node_modules'))
        .flatMap((file) => {
          const code = withoutComments(readFileSync(file, 'utf8'));
          const found = [
            // A variable of the environment has its own name.
            ...code.matchAll(/\bconst [A-Z][A-Z\d]+(_(?!URL\b)[A-Z\d]+)*\b(?!_)/g),
            ...code.matchAll(/^\s*it(\.\w+)?\(/gm),
          ];
          return found.map(([text]) => `${relative(root, file)}: ${text.trim()}`);
        }),
    );
    expect(broken).toEqual([]);
  });
});

describe('the web page', () => {
  const files = readdirSync(join(root, 'web'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const code = withoutComments(readFileSync(file, 'utf8'));
      const path = relative(root, file).split(sep).join('/');
      return { path, code, lines: code.split('\n').length - 1 };
    });

  test('imports the client, and types of the reads it gives; it is a user of the client like any other', () => {
    const broken = files.flatMap(({ path, code }) => {
      const ours = (only: 'all' | 'values') =>
        importedBy(path, code, only).filter((target) => target.startsWith('src/'));
      const isClient = (target: string) => /^src\/client(\/|\.ts$)/.test(target);
      const isRead = (target: string) => target.startsWith('src/query/');
      return [
        ...ours('values').filter((target) => !isClient(target)),
        ...ours('all').filter((target) => !isClient(target) && !isRead(target)),
      ].map((target) => `${path} imports ${target}`);
    });
    expect(broken, 'what the page lacks is missing for every user of the client').toEqual([]);
  });

  test('is imported by nobody', () => {
    const broken = sources.filter(({ code }) =>
      /from\s*['"][^'"]*\bweb\/[^'"]*\.js['"]/.test(code),
    );
    expect(broken.map(({ path }) => path)).toEqual([]);
  });

  test(`has files of at most ${mostLines} lines`, () => {
    expect(files.filter(({ lines }) => lines > mostLines).map(({ path }) => path)).toEqual([]);
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
    expect(readers.filter((path) => !readsEnvironment.includes(path))).toEqual([]);
  });

  test('export by name only, so that a thing has one name everywhere', () => {
    const broken = sources.filter(({ code }) => /\bexport\s+default\b|\bas\s+default\b/.test(code));
    expect(broken.map(({ path }) => path)).toEqual([]);
  });

  test(`have at least ${fewestLines} lines, or more than one importer`, () => {
    const lines = (text: string) => text.split('\n').length - 1;
    const small = sources.filter(({ path, text }) => {
      const importers = sources.filter(({ imports }) => imports.includes(path));
      const [only] = importers;
      return (
        lines(text) < fewestLines &&
        importers.length === 1 &&
        only !== undefined &&
        lines(only.text) + lines(text) <= mostLines &&
        !(path in smallFiles)
      );
    });
    expect(small.map(({ path }) => path)).toEqual([]);
  });

  test('have a name that stands for one thing', () => {
    const names = new Map<string, string[]>();
    for (const { path } of sources.filter((source) => !facesOfThings.test(source.path))) {
      names.set(basename(path), [...(names.get(basename(path)) ?? []), path]);
    }
    const twice = [...names].filter(([, paths]) => paths.length > 1);
    expect(twice.filter(([name]) => !(name in sharedNames))).toEqual([]);
    const needless = Object.keys(sharedNames).filter((name) => names.get(name)?.[1] === undefined);
    expect(needless, 'exceptions that are none any more').toEqual([]);
  });

  test('call a function `…Of` only if it is a property: what waits or asks a server is a verb', () => {
    const broken = sources.flatMap(({ path, code }) =>
      [
        ...code.matchAll(/\basync function (\w+Of)\b/g),
        ...code.matchAll(/\bfunction (\w+Of)\([^)]*\): Promise\b/g),
        ...code.matchAll(/\bconst (\w+Of) = async\b/g),
      ].map(([, name]) => `${path}: ${name}`),
    );
    expect(broken).toEqual([]);
  });

  test('have names in kebab-case that say what is inside', () => {
    const broken = sources.filter(({ path }) =>
      path.split('/').some((part) => {
        const name = basename(part, '.ts');
        return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || emptyNames.test(name);
      }),
    );
    expect(broken.map(({ path }) => path)).toEqual([]);
  });

  test(`have at most ${mostLines} lines`, () => {
    const lengths = new Map(sources.map(({ path, text }) => [path, text.split('\n').length - 1]));
    const tooLong = [...lengths].filter(
      ([path, lines]) => lines > mostLines && !(path in longerFiles),
    );
    expect(tooLong).toEqual([]);
    const needless = Object.keys(longerFiles).filter(
      (path) => (lengths.get(path) ?? 0) <= mostLines,
    );
    expect(needless, 'exceptions that are none any more').toEqual([]);
  });
});

describe('dist/producer.js', () => {
  // The hook sees imported modules. Modules that CommonJS requires are in its cache.
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
    for (const entry of process.argv.slice(1)) await import(entry);
    console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));
    console.log('loaded');`;

  async function loadedBy(...entries: readonly string[]): Promise<readonly string[]> {
    const urls = entries.map((entry) => new URL(entry, `file://${root}/`).href);
    const child = startNode(['--input-type=module', '--eval', script, ...urls], { cwd: root });
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

  test('is not loaded by the hooks for frameworks, nor is any other package', async () => {
    const entries = emitting.filter((name) => name !== 'producer.ts');
    const files = entries.map((name) => `dist/${name.replace('.ts', '.js')}`);
    const lines = await loadedBy(...files);
    for (const file of files) expect(lines.some((line) => line.endsWith(file))).toBe(true);
    expect(lines.filter((line) => line.includes('node_modules'))).toEqual([]);
  });

  test('nor the queue, by a command that reads: it takes longer to load than to read', async () => {
    const commands = ['runs', 'sessions', 'usage', 'top', 'verify'];
    const lines = await loadedBy(...commands.map((name) => `dist/cli/commands/${name}.js`));
    expect(lines.some((line) => line.endsWith('/dist/cli/command/waiting-note.js'))).toBe(true);
    expect(lines.filter((line) => /node_modules.(bullmq|ioredis)\b/.test(line))).toEqual([]);
  });

  test('is watched by a hook that would see one', async () => {
    const seen = databaseModules(await loadedBy('node_modules/pg/lib/index.js'));
    expect(seen.some((line) => line.includes('pg-protocol'))).toBe(true);
  });
});
