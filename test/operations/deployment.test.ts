import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { summaries } from '#runfold/cli/command/summaries.js';
import { readConfig } from '#runfold/environment/config.js';
import { variableMeanings } from '#runfold/environment/variables.js';
import { docs, root } from '../../harness/doc-blocks.js';

const blocksIn = (path: string, language: string) =>
  docs.find((doc) => doc.path === path)?.blocks.filter((block) => block.language === language) ??
  [];

const container = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  livenessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }).optional(),
  readinessProbe: z
    .object({ httpGet: z.object({ path: z.string(), port: z.string() }) })
    .optional(),
});
const manifest = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  stringData: z.record(z.string(), z.string()).default({}),
  spec: z
    .object({
      template: z
        .object({
          spec: z.object({
            terminationGracePeriodSeconds: z.number().optional(),
            securityContext: z.object({ runAsNonRoot: z.literal(true) }),
            containers: z.array(container),
          }),
        })
        .optional(),
    })
    .optional(),
});

describe('the manifests for Kubernetes', () => {
  const manifests = blocksIn('docs/kubernetes.md', 'yaml').flatMap(({ text, place }) =>
    parseAllDocuments(text).map((one) => {
      expect(one.errors, place).toEqual([]);
      return manifest.parse(one.toJS());
    }),
  );
  const pods = manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);
  const containers = pods.flatMap((pod) => pod.containers);

  test('are those of a secret, a migration, workers and a service', () => {
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'Secret',
      'Job',
      'Deployment',
      'Deployment',
      'Service',
    ]);
  });

  test('set variables that exist, to values that are taken', () => {
    const secret = manifests[0]?.stringData ?? {};
    for (const { name, env } of containers) {
      const given = { ...secret, ...Object.fromEntries(env.map((one) => [one.name, one.value])) };
      expect(
        Object.keys(given).filter((one) => !(one in variableMeanings)),
        name,
      ).toEqual([]);
      expect(readConfig(given).warnings).toEqual([]);
    }
  });

  test('run commands that exist, and probe a port that is open', () => {
    for (const { args, livenessProbe, readinessProbe, ports, env } of containers) {
      expect(summaries).toHaveProperty(String(args[0]));
      if (args[0] === 'migrate') continue;
      expect(livenessProbe?.httpGet.path).toBe('/livez');
      expect(readinessProbe?.httpGet.path).toBe('/readyz');
      const [port] = ports;
      expect([livenessProbe?.httpGet.port, readinessProbe?.httpGet.port]).toEqual([
        port?.name,
        port?.name,
      ]);
      expect(env.map(({ value }) => value)).toContain(String(port?.containerPort));
    }
  });

  test('give the process time to finish, and the user of the image', () => {
    const text = blocksIn('docs/kubernetes.md', 'yaml').map((block) => block.text);
    const users = text.join('\n').match(/runAsUser: \d+/g) ?? [];
    const [, user] = /^USER (\d+):/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
    expect(users.length).toBeGreaterThan(0);
    for (const one of users) expect(one).toBe(`runAsUser: ${user}`);
    for (const { terminationGracePeriodSeconds: seconds, containers } of pods) {
      if (containers[0]?.args[0] !== 'migrate') expect(seconds).toBeGreaterThanOrEqual(30);
    }
  });
});

describe('the units of systemd', () => {
  const units = blocksIn('docs/systemd.md', 'ini').map(({ text }) => text);

  test('run commands that exist, with variables that exist', () => {
    const text = units.join('\n');
    const started = [...text.matchAll(/^ExecStart=\/usr\/bin\/runfold (\w+)/gm)].map(
      ([, name]) => name,
    );
    expect(started).toEqual(['worker', 'serve', 'up']);
    for (const name of started) expect(summaries).toHaveProperty(String(name));
    const variables = [...text.matchAll(/\b((?:RUNFOLD_|DATABASE_|REDIS_)[A-Z_]+)=(\S+)/g)];
    expect(variables.length).toBeGreaterThan(3);
    const given = Object.fromEntries(variables.map(([, name, value]) => [name, value]));
    expect(Object.keys(given).filter((name) => !(name in variableMeanings))).toEqual([]);
    expect(readConfig(given).warnings).toEqual([]);
  });

  test('wait for a graceful end, and restart after failures alone', () => {
    for (const unit of units.filter((text) => text.includes('[Service]'))) {
      expect(unit).toMatch(/^TimeoutStopSec=60$/m);
      expect(unit).toMatch(/^Restart=on-failure$/m);
      expect(unit).toMatch(/^User=runfold$/m);
    }
  });
});

describe('the variables that Kubernetes sets for Services beside a pod', () => {
  test.each(['runfold', 'runfold-http', 'runfold-metrics', 'runfold-worker', 'redis'])(
    'of the name %s change nothing',
    (name) => {
      const upper = name.toUpperCase().replaceAll('-', '_');
      const given = {
        [`${upper}_SERVICE_HOST`]: '10.0.0.1',
        [`${upper}_SERVICE_PORT`]: '8580',
        [`${upper}_SERVICE_PORT_HTTP`]: '8580',
        [`${upper}_PORT`]: 'tcp://10.0.0.1:8580',
        [`${upper}_PORT_8580_TCP`]: 'tcp://10.0.0.1:8580',
        [`${upper}_PORT_8580_TCP_PROTO`]: 'tcp',
        [`${upper}_PORT_8580_TCP_PORT`]: '8580',
        [`${upper}_PORT_8580_TCP_ADDR`]: '10.0.0.1',
      };
      expect(readConfig(given)).toEqual(readConfig({}));
    },
  );
});
