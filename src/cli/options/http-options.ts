import type { Command } from 'commander';
import { variables } from '../../environment/variable-schemas.js';
import type { HttpServer } from '../../http/server/open-http-server.js';
import type { Tier } from '../../tier.js';
import type { RunningWorker } from '../../worker/open-worker.js';
import type { CommandContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';

/** The flags of commands that serve HTTP. */
export interface HttpFlags {
  readonly httpHost?: string;
  readonly httpPort?: string;
  /** False with `--no-page`. */
  readonly page: boolean;
}

/** Adds the flags of commands that serve HTTP. */
export function addHttpOptions(command: Command): Command {
  return command
    .option(
      '--http-host <address>',
      'the address that HTTP listens on; overrides RUNFOLD_HTTP_HOST',
    )
    .option('--http-port <port>', 'the port that HTTP listens on; overrides RUNFOLD_HTTP_PORT')
    .option('--no-page', 'serve the API without the web page');
}

/** The address of HTTP, from the environment or the flags, which override it. @throws UsageError */
function readHttpAddress(
  { settings }: CommandContext,
  flags: HttpFlags,
): { readonly host: string; readonly port: number } {
  const read = <T>(flag: string, text: string | undefined, otherwise: T, schema: Schema<T>): T => {
    if (text === undefined) return otherwise;
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    throw new UsageError(
      `${flag}: expected ${result.error.issues[0]?.message}, got ${JSON.stringify(text)}.`,
    );
  };
  const { RUNFOLD_HTTP_HOST: host, RUNFOLD_HTTP_PORT: port } = variables;
  return {
    host: read('--http-host', flags.httpHost, settings.http_host, host.schema),
    port: read('--http-port', flags.httpPort, settings.http_port, port.schema),
  };
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: { message: string }[] } };
}

/** The address of HTTP, and its code. */
export interface HttpPlan {
  readonly host: string;
  readonly port: number;
  readonly page: boolean;
  readonly code: Promise<typeof import('../../http/server/open-http-server.js')>;
}

/**
 * Reads the address and starts to load the code of HTTP, which only these commands need. It loads
 * while the store opens. @throws UsageError
 */
export function planHttp(context: CommandContext, flags: HttpFlags): HttpPlan {
  return {
    ...readHttpAddress(context, flags),
    page: flags.page,
    code: import('../../http/server/open-http-server.js'),
  };
}

/** Starts HTTP on a tier. */
export async function startHttp(
  context: CommandContext,
  tier: Tier,
  { host, port, page, code }: HttpPlan,
  worker?: () => RunningWorker | undefined,
): Promise<HttpServer> {
  const { openHttpServer } = await code;
  const { settings, log } = context;
  return openHttpServer({
    host,
    port,
    page,
    base_path: settings.http_base_path,
    public_url: settings.http_public_url,
    target: tier.target,
    queue: tier.queue,
    log,
    project: settings.project,
    ...(settings.queue_limit === undefined ? {} : { limits: { queue_jobs: settings.queue_limit } }),
    metrics_token: settings.metrics_token,
    alerts: settings.alerts,
    otlp: { keep_days: settings.otlp_keep_days, error_text: settings.otlp_error_text },
    ...(worker === undefined
      ? {}
      : {
          worker: () => worker()?.stats(),
          worker_state: () => worker()?.state(),
          span_worker: () => worker()?.span_stats(),
        }),
  });
}
