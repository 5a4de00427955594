import type { z } from 'zod';
import { editDistance } from './edit-distance.js';
import { RunfoldError } from './runfold-error.js';
import { checkVariableNames } from './variable-names.js';
import { type logLevels, variables } from './variable-schemas.js';
import type { VariableName } from './variables.js';

/** The settings of the environment. */
export interface Config {
  /** The store's Postgres; undefined for the embedded store. */
  readonly database_url: string | undefined;
  /** The queue's Redis; undefined for a queue on the store's Postgres. */
  readonly redis_url: string | undefined;
  /** The embedded store's folder. */
  readonly dir: string;
  readonly log_level: LogLevel;
  /** The prefix of the queue's keys in Redis. */
  readonly redis_prefix: string;
  /** How many queues in Redis the events are spread over; undefined if not set. */
  readonly redis_queues: number | undefined;
  /** Jobs on one queue after which HTTP refuses events; undefined for no limit. */
  readonly queue_limit: number | undefined;
  /** The project of events and queries. */
  readonly project: number;
  /** The address of the HTTP service. */
  readonly http_host: string;
  readonly http_port: number;
  /** The path of the HTTP service behind a proxy; '' for none. */
  readonly http_base_path: string;
  /** The address that browsers use; undefined if it is the address of the service. */
  readonly http_public_url: string | undefined;
  /** The bearer token of the HTTP service's metrics; undefined for none. */
  readonly metrics_token: string | undefined;
  /** A separate port for probes and Prometheus; undefined for none. */
  readonly metrics_port: number | undefined;
  readonly metrics_host: string;
  /** Seconds that OpenTelemetry spans wait for a missing parent; 0 to not wait. */
  readonly otlp_wait_seconds: number;
  /** Days that spans are remembered; older ones are refused. 0 for forever. */
  readonly otlp_keep_days: number;
  /** Whether error messages of spans are stored. */
  readonly otlp_error_text: boolean;
  /** How notifications of alerts are delivered. */
  readonly alerts: {
    /** The key that encrypts the secrets of channels; undefined for none. */
    readonly secret_key: string | undefined;
    readonly smtp_url: string | undefined;
    readonly smtp_from: string | undefined;
    /** Hosts of your own network that webhooks may reach. */
    readonly allowed_hosts: readonly string[];
  };
  /** Variables that look like ours but are unknown, one sentence each. */
  readonly warnings: readonly string[];
}

/** The log levels. */
export type LogLevel = (typeof logLevels)[number];

/** Settings from the environment or a program are invalid. The message names all of them. */
export class ConfigError extends RunfoldError {
  readonly code = 'invalid_config';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads the configuration from environment variables; an empty one counts as unset. Only this function
 * reads them. `overrides`, such as a command's flags, replace variables,
 * which are then not checked; an empty override unsets its variable.
 * @throws ConfigError with every invalid variable, and every misspelt one that is close to a known one
 */
export function readConfig(
  environment: NodeJS.ProcessEnv = process.env,
  overrides: { readonly [N in VariableName]?: string | undefined } = {},
): Config {
  const { faults, warnings } = checkVariableNames(environment, Object.keys(variables));
  const read = <N extends VariableName>(name: N): z.infer<(typeof variables)[N]['schema']> => {
    const text = (overrides[name] ?? environment[name]) || undefined;
    const result = variables[name].schema.safeParse(text);
    if (!result.success) {
      // A URL may contain a password, and a token is one: messages never repeat them.
      const isSecret = /_(URL|TOKEN|KEY)$/.test(name);
      const got = isSecret ? 'something else' : JSON.stringify(text);
      faults.push(`${name}: expected ${result.error.issues[0]?.message}, got ${got}.`);
    }
    return result.data as z.infer<(typeof variables)[N]['schema']>;
  };
  const config: Config = {
    database_url: read('DATABASE_URL'),
    redis_url: read('REDIS_URL'),
    dir: read('RUNFOLD_DIR'),
    log_level: read('RUNFOLD_LOG_LEVEL'),
    redis_prefix: read('RUNFOLD_REDIS_PREFIX'),
    redis_queues: read('RUNFOLD_QUEUES'),
    queue_limit: read('RUNFOLD_QUEUE_LIMIT'),
    project: read('RUNFOLD_PROJECT'),
    http_host: read('RUNFOLD_HTTP_HOST'),
    http_port: read('RUNFOLD_HTTP_PORT'),
    http_base_path: read('RUNFOLD_HTTP_BASE_PATH'),
    http_public_url: read('RUNFOLD_HTTP_PUBLIC_URL'),
    metrics_token: read('RUNFOLD_METRICS_TOKEN'),
    metrics_port: read('RUNFOLD_METRICS_PORT'),
    metrics_host: read('RUNFOLD_METRICS_HOST'),
    otlp_wait_seconds: read('RUNFOLD_OTLP_WAIT_SECONDS'),
    otlp_keep_days: read('RUNFOLD_OTLP_KEEP_DAYS'),
    otlp_error_text: read('RUNFOLD_OTLP_ERROR_TEXT'),
    alerts: {
      secret_key: read('RUNFOLD_SECRET_KEY'),
      smtp_url: read('RUNFOLD_SMTP_URL'),
      smtp_from: read('RUNFOLD_SMTP_FROM'),
      allowed_hosts: read('RUNFOLD_WEBHOOK_HOSTS'),
    },
    warnings,
  };
  if (config.database_url === undefined && overrides.DATABASE_URL === undefined) {
    faults.push(...misspeltDatabase(environment));
  }
  const isAtFault = faults.some((fault) => fault.startsWith('DATABASE_URL:'));
  if (config.redis_url !== undefined && config.database_url === undefined && !isAtFault) {
    faults.push('DATABASE_URL: not set, but REDIS_URL needs it. Set it to the URL of a Postgres.');
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/**
 * Checks the addresses of servers that a program passes, as those in variables are checked.
 * @throws ConfigError that names the option
 */
export function checkServers(options: {
  readonly database_url?: string | undefined;
  readonly redis_url?: string | undefined;
}): void {
  const names = [
    ['database_url', 'DATABASE_URL'],
    ['redis_url', 'REDIS_URL'],
  ] as const;
  const faults = names.flatMap(([option, variable]) => {
    const { error } = variables[variable].schema.safeParse(options[option]);
    const got = options[option] === '' ? 'an empty text' : 'something else';
    return error ? [`${option}: expected ${error.issues[0]?.message}, got ${got}.`] : [];
  });
  if (options.redis_url !== undefined && options.database_url === undefined) {
    faults.push('database_url: not set, but redis_url needs it. Pass the URL of a Postgres.');
  }
  if (faults.length > 0) throw new ConfigError(faults);
}

/**
 * With a misspelt DATABASE_URL, events would silently go to an embedded store. A variable counts as
 * misspelt if it has nearly that name and its value is the URL of a Postgres.
 */
function misspeltDatabase(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment)
    .filter(
      ([name, text]) =>
        editDistance(name.toUpperCase(), 'DATABASE_URL') <= 2 &&
        variables.DATABASE_URL.schema.safeParse(text || undefined).data !== undefined,
    )
    .map(
      ([name]) =>
        `DATABASE_URL: not set, but ${name} has the URL of a Postgres. Rename that variable, or name an ` +
        'embedded store with --dir.',
    );
}

/** Variables of other programs that say where they keep their files; empty ones count as unset. */
export function readForeignVariables(
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string | undefined>> {
  const names = ['CLAUDE_CONFIG_DIR', 'CODEX_HOME', 'GEMINI_CLI_HOME', 'COPILOT_HOME'];
  return Object.fromEntries(names.map((name) => [name, environment[name] || undefined]));
}
