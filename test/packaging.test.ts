import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { subset } from 'semver';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { variableMeanings } from '#runfold/environment/variables.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = promisify(execFile);

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

const service = z.object({
  image: z.string(),
  command: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  restart: z.string(),
  stop_grace_period: z.string().optional(),
});
const compose = z.object({
  services: z.object({
    redis: service,
    postgres: service,
    migrate: service,
    worker: service,
    http: service.extend({ profiles: z.array(z.string()) }),
  }),
  volumes: z.record(z.string(), z.unknown()),
});

describe('docker-compose.yml', () => {
  const { services, volumes } = compose.parse(parse(read('docker-compose.yml'), { merge: true }));
  const { redis, postgres, migrate, worker } = services;

  test('keeps every acknowledged event in Redis: synced at once, never evicted, on a volume', () => {
    const flags = redis.command.join(' ');
    expect(redis.image).toBe('redis:8-alpine');
    expect(flags).toContain('--appendonly yes --appendfsync always');
    expect(flags).toContain('--maxmemory-policy noeviction');
    expect(redis.volumes).toEqual(['redis:/data']);
    expect(redis.healthcheck?.test.join(' ')).toContain('redis-cli ping');
  });

  test('runs Postgres 18 with its data on a volume and commits on disk', () => {
    expect(postgres.image).toBe('postgres:18-alpine');
    expect(postgres.command).toContain('synchronous_commit=on');
    expect(postgres.volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(postgres.healthcheck?.test.join(' ')).toContain('pg_isready');
    expect(Object.keys(volumes).sort()).toEqual(['postgres', 'redis']);
  });

  test('starts the worker only after a finished migration and with both servers healthy', () => {
    expect(migrate.command).toEqual(['migrate']);
    expect(migrate.restart).toBe('no');
    expect(migrate.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(worker.command.join(' ')).toBe('worker --metrics-port 9464 --metrics-host 0.0.0.0');
    expect(worker.healthcheck?.test.join(' ')).toContain(':9464/livez');
    expect(worker.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
    });
    expect(worker).toMatchObject({ restart: 'unless-stopped', stop_grace_period: '60s' });
    expect(Object.keys(worker.environment).filter((name) => !(name in variableMeanings))).toEqual(
      [],
    );
    expect(worker.environment).toHaveProperty('RUNFOLD_METRICS_TOKEN');
  });

  test('has HTTP only when asked for', () => {
    expect(services.http.profiles).toEqual(['http']);
    expect(services.http.command).toEqual(['serve', '--http-host', '0.0.0.0']);
    expect(services.http.healthcheck?.test.join(' ')).toContain('/readyz');
  });

  test('is reachable from this machine only', () => {
    const ports = Object.values(services).flatMap((each) => each.ports);
    expect(ports).toHaveLength(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  test('runs the built program as a user without rights', () => {
    // Kubernetes' runAsNonRoot accepts only numbers.
    expect(lines).toContain('USER 10001:10001');
    expect(lines).toContain('RUN install -d -o 10001 -g 10001 -m 0700 /data');
    expect(lines).toContain('ENTRYPOINT ["node", "/app/dist/cli/main.js"]');
  });

  test("runs no package's install script", () => {
    const installs = lines.filter((line) => line.includes('npm ci'));
    expect(installs).toHaveLength(2);
    for (const line of installs) expect(line).toContain('--ignore-scripts');
  });

  test('copies nothing that .dockerignore keeps out', () => {
    const letIn = new Set(read('.dockerignore').match(/(?<=^!).+$/gm));
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => !letIn.has(path))).toEqual([]);
  });
});

const manifest = z
  .object({
    engines: z.object({ node: z.string() }),
    bin: z.record(z.string(), z.string()),
    exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
    files: z.array(z.string()),
  })
  .parse(JSON.parse(read('package.json')));

describe('package.json', () => {
  test('names the oldest Node.js it runs on', () => {
    expect(manifest.engines.node).toBe('>=20.19');
  });

  test('depends on nothing that refuses such a Node.js', () => {
    const { packages } = z
      .object({
        packages: z.record(
          z.string(),
          z.object({
            dev: z.boolean().optional(),
            engines: z.object({ node: z.string().optional() }).optional(),
          }),
        ),
      })
      .parse(JSON.parse(read('package-lock.json')));
    const refusing = Object.entries(packages).flatMap(([path, { dev, engines }]) => {
      const { node = '*' } = engines ?? {};
      return dev === true || subset('~20.19', node) ? [] : [`${path}: ${node}`];
    });
    expect(refusing).toEqual([]);
  });

  test('points every command and export to a file of the build', () => {
    const targets = [
      ...Object.values(manifest.bin),
      ...Object.values(manifest.exports).flatMap((target) =>
        typeof target === 'string' ? [target] : Object.values(target),
      ),
    ];
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  test('gives every command an interpreter line', () => {
    for (const file of Object.values(manifest.bin)) {
      expect(read(file)).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
  });
});

describe('the package', () => {
  let paths: readonly string[] = [];

  beforeAll(async () => {
    // Without scripts: `prepare` would build, and remove dist while other tests use it.
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      maxBuffer: 16 * 1024 * 1024,
    });
    const [packed] = z
      .tuple([z.object({ files: z.array(z.object({ path: z.string() })) })])
      .parse(JSON.parse(stdout));
    paths = packed.files.map(({ path }) => path);
  });

  test('holds the program, the migrations and what explains them', () => {
    expect(paths).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist/cli/main.js']),
    );
    expect(paths.filter((path) => /^drizzle\/.+\.sql$/.test(path))).not.toEqual([]);
    expect(paths.filter((path) => /^store-template\//.test(path))).toEqual([
      'store-template/data.br',
      'store-template/recipe',
    ]);
    expect(paths.filter((path) => /^docs\/.+\.md$/.test(path))).not.toEqual([]);
  });

  test('brings the types of every package that its own types name', () => {
    const { dependencies, peerDependencies } = z
      .object({
        dependencies: z.record(z.string(), z.string()),
        peerDependencies: z.record(z.string(), z.string()),
      })
      .parse(JSON.parse(read('package.json')));
    const names = paths
      .filter((path) => path.endsWith('.d.ts'))
      .flatMap((path) => [
        ...read(path).matchAll(/(?:from|import)\s*\(?['"]([^.#'"\s][^'"\s]*)['"]/g),
      ])
      .map(([, name = '']) => name)
      .filter((name) => !isBuiltin(name) && name !== 'runfold')
      .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    expect(names).toContain('pg');
    const withoutTypes = [...new Set(names)].filter((name) => {
      if (peerDependencies[name] !== undefined) return false;
      const types = `@types/${name.replace(/^@/, '').replace('/', '__')}`;
      const hasOwn =
        dependencies[name] !== undefined && !existsSync(join(root, 'node_modules', types));
      return !hasOwn && dependencies[types] === undefined;
    });
    expect(withoutTypes).toEqual([]);
  });

  test('holds no tests, no benchmarks and no settings of this repository', () => {
    const roots = new Set(paths.map((path) => path.split('/')[0] ?? path));
    const expected = ['package.json', 'README.md', 'LICENSE', ...manifest.files];
    expect([...roots].filter((path) => !expected.includes(path))).toEqual([]);
    expect(paths.filter((path) => /\.test\./.test(path))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  test('has the hash of every package, also of those that other machines install', () => {
    const lock = z
      .object({
        packages: z.record(
          z.string(),
          z.object({ integrity: z.string().optional(), link: z.boolean().optional() }),
        ),
      })
      .parse(JSON.parse(read('package-lock.json')));
    const without = Object.entries(lock.packages)
      .filter(([path, { integrity, link }]) => path !== '' && !link && integrity === undefined)
      .map(([path]) => path);
    expect(without).toEqual([]);
  });

  test('names no place to download from, so that every machine uses its own registry', () => {
    expect(read('package-lock.json')).not.toContain('"resolved": "http');
  });
});
