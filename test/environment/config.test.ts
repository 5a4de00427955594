import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '#runfold/environment/config.js';

function faultsOf(...args: Parameters<typeof readConfig>): readonly string[] {
  try {
    readConfig(...args);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  test('is the embedded store in .runfold when nothing is set, or set to nothing', () => {
    const defaults = {
      database_url: undefined,
      redis_url: undefined,
      dir: '.runfold',
      log_level: 'info',
      redis_prefix: 'runfold',
      redis_queues: undefined,
      queue_limit: undefined,
      project: 1,
      http_host: '127.0.0.1',
      http_port: 8580,
      http_base_path: '',
      metrics_token: undefined,
      metrics_host: '127.0.0.1',
      metrics_port: undefined,
      warnings: [],
      otlp_wait_seconds: 600,
      otlp_keep_days: 30,
      otlp_error_text: false,
      alerts: {
        secret_key: undefined,
        smtp_url: undefined,
        smtp_from: undefined,
        allowed_hosts: [],
      },
    };
    expect(readConfig({})).toEqual(defaults);
    expect(readConfig({ DATABASE_URL: '', RUNFOLD_DIR: '', RUNFOLD_PROJECT: '' })).toEqual(
      defaults,
    );
  });

  test('reads each variable', () => {
    const environment = {
      DATABASE_URL: 'postgres://user:password@host:5432/runfold',
      REDIS_URL: 'rediss://host:6379',
      RUNFOLD_DIR: '/var/lib/runfold',
      RUNFOLD_LOG_LEVEL: 'debug',
      RUNFOLD_REDIS_PREFIX: 'team-a',
      RUNFOLD_QUEUES: '4',
      RUNFOLD_QUEUE_LIMIT: '100',
      RUNFOLD_PROJECT: '7',
      RUNFOLD_HTTP_HOST: '::1',
      RUNFOLD_HTTP_PORT: '80',
      RUNFOLD_HTTP_BASE_PATH: '/runfold/',
      RUNFOLD_METRICS_TOKEN: 'token-of-metrics',
      RUNFOLD_METRICS_HOST: '0.0.0.0',
      RUNFOLD_METRICS_PORT: '9464',
      RUNFOLD_OTLP_WAIT_SECONDS: '0',
      RUNFOLD_OTLP_KEEP_DAYS: '7',
      RUNFOLD_OTLP_ERROR_TEXT: 'true',
      RUNFOLD_SECRET_KEY: 'ab'.repeat(32),
      RUNFOLD_SMTP_URL: 'smtp://user:password@host:587',
      RUNFOLD_SMTP_FROM: 'runfold@example.com',
      RUNFOLD_WEBHOOK_HOSTS: 'Hooks.internal,10.0.0.7',
    };
    expect(readConfig(environment)).toEqual({
      database_url: environment.DATABASE_URL,
      redis_url: environment.REDIS_URL,
      dir: '/var/lib/runfold',
      log_level: 'debug',
      redis_prefix: 'team-a',
      redis_queues: 4,
      queue_limit: 100,
      project: 7,
      http_host: '::1',
      http_port: 80,
      http_base_path: '/runfold',
      metrics_token: 'token-of-metrics',
      metrics_host: '0.0.0.0',
      metrics_port: 9464,
      warnings: [],
      otlp_wait_seconds: 0,
      otlp_keep_days: 7,
      otlp_error_text: true,
      alerts: {
        secret_key: environment.RUNFOLD_SECRET_KEY,
        smtp_url: environment.RUNFOLD_SMTP_URL,
        smtp_from: environment.RUNFOLD_SMTP_FROM,
        allowed_hosts: ['hooks.internal', '10.0.0.7'],
      },
    });
  });

  test('takes one host of Postgres, and says what to use where there are several', () => {
    const read = (DATABASE_URL: string) => () => readConfig({ DATABASE_URL });
    for (const at of [
      'u:p@one:5432,two:5432/runfold',
      'one,two/runfold',
      'u@one,two',
      'one,two?a=b',
    ])
      expect(read(`postgres://${at}`), at).toThrow(/^DATABASE_URL: expected one host: a name that/);
    expect(read('postgres://u:p,w@one/runfold')).not.toThrow();
  });

  test('names every fault at once and repeats no URL', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://user:secret@host/runfold',
      REDIS_URL: 'host:secret',
      RUNFOLD_LOG_LEVEL: 'loud',
      RUNFOLD_PROJECT: '1.5',
    });
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'RUNFOLD_LOG_LEVEL',
      'RUNFOLD_PROJECT',
    ]);
    expect(faults.join()).not.toContain('secret');
    expect(faultsOf({ RUNFOLD_PROJECT: 'x', RUNFOLD_HTTP_PORT: 'y' })).toEqual([
      'RUNFOLD_PROJECT: expected an integer from 1 to 2147483647, got "x".',
      expect.stringMatching(/^RUNFOLD_HTTP_PORT: expected a port from 1 to 65535, .*, got "y"\.$/),
    ]);
  });

  test.each([
    ['RUNFOLD_DIRR', 'RUNFOLD_DIR'],
    ['RUNFOLD_LOGLEVEL', 'RUNFOLD_LOG_LEVEL'],
    ['RUNFOLD_PROJETC', 'RUNFOLD_PROJECT'],
  ])('asks whether %s was meant to be %s', (name, nearest) => {
    expect(faultsOf({ [name]: 'x' })).toEqual([
      `${name}: unknown variable; did you mean ${nearest}?`,
    ]);
  });

  test.each(['DATABSE_URL', 'DATABASE_URI', 'database_url'])(
    'does not pass over a Postgres in %s for an embedded store',
    (name) => {
      const url = 'postgres://user:secret@host/runfold';
      expect(faultsOf({ [name]: url })).toEqual([
        expect.stringMatching(
          new RegExp(`^DATABASE_URL: not set, but ${name} has the URL of a Postgres`),
        ),
      ]);
      expect(faultsOf({ [name]: url }).join()).not.toContain('secret');
      expect(readConfig({ [name]: 'sqlite:///tmp/x' }).database_url).toBeUndefined();
      expect(readConfig({ [name]: url, DATABASE_URL: 'postgres://other/runfold' })).toMatchObject({
        database_url: 'postgres://other/runfold',
      });
      expect(readConfig({ [name]: url }, { DATABASE_URL: '' }).database_url).toBeUndefined();
    },
  );

  test('warns of an unknown name that is like no other, and goes on', () => {
    expect(readConfig({ RUNFOLD_SOMETHING_ELSE: 'x' }).warnings).toEqual([
      expect.stringMatching(/^RUNFOLD_SOMETHING_ELSE: unknown variable, ignored/),
    ]);
  });

  test('knows the variables of the clients, and those that Kubernetes makes of Services', () => {
    const environment = {
      RUNFOLD_URL: 'http://127.0.0.1:8580',
      RUNFOLD_KEY: 'rf_x',
      RUNFOLD_SERVICE_HOST: '10.0.0.1',
      RUNFOLD_SERVICE_PORT: '8580',
      RUNFOLD_SERVICE_PORT_HTTP: '8580',
      RUNFOLD_PORT: 'tcp://10.0.0.1:8580',
      RUNFOLD_PORT_8580_TCP: 'tcp://10.0.0.1:8580',
      RUNFOLD_PORT_8580_TCP_PROTO: 'tcp',
      RUNFOLD_PORT_8580_TCP_PORT: '8580',
      RUNFOLD_PORT_8580_TCP_ADDR: '10.0.0.1',
      RUNFOLD_HTTP_SERVICE_HOST: '10.0.0.2',
      RUNFOLD_HTTP_PORT: 'tcp://10.0.0.2:80',
      RUNFOLD_WORKER_PORT: 'tcp://10.0.0.3:80',
    };
    expect(readConfig(environment)).toMatchObject({ http_port: 8580, warnings: [] });
    expect(readConfig({ RUNFOLD_PORT: '80' }).warnings).toHaveLength(1);
  });

  test('needs a Postgres beside a Redis', () => {
    expect(faultsOf({ REDIS_URL: 'redis://host' })).toEqual([
      'DATABASE_URL: not set, but REDIS_URL needs it. Set it to the URL of a Postgres.',
    ]);
  });

  test('takes an override for a variable, whatever that holds', () => {
    const environment = { RUNFOLD_PROJECT: 'broken', RUNFOLD_LOG_LEVEL: 'warn' };
    const config = readConfig(environment, { RUNFOLD_PROJECT: '3', RUNFOLD_LOG_LEVEL: undefined });
    expect(config).toMatchObject({ project: 3, log_level: 'warn' });
  });

  test('checks what comes of variables and overrides together', () => {
    const environment = { REDIS_URL: 'redis://host' };
    expect(readConfig(environment, { DATABASE_URL: 'postgres://host/runfold' })).toMatchObject({
      database_url: 'postgres://host/runfold',
      redis_url: 'redis://host',
    });
    expect(readConfig(environment, { REDIS_URL: '' }).redis_url).toBeUndefined();
  });
});
