import type { Command } from 'commander';
import type { WrittenBatch } from '../../append/written-batch.js';
import { readPackageVersion } from '../../environment/package-files.js';
import { variables } from '../../environment/variable-schemas.js';
import type { HttpServer } from '../../http/server/open-http-server.js';
import type { LogCounts } from '../../logs/log-summary.js';
import { openQueueGauge } from '../../queue/queue-gauge.js';
import type { Tier } from '../../tier.js';
import type { RunningWorker } from '../../worker/open-worker.js';
import type { CommandContext } from '../command/command.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';

/** The flags of commands that run until they are stopped. */
export interface MetricsFlags {
  readonly metricsPort?: string;
  readonly metricsHost?: string;
}

/** Adds the flags of a port for probes and Prometheus. */
export function addMetricsOptions(command: Command): Command {
  return command
    .option(
      '--metrics-port <port>',
      'serve only /livez, /readyz and /metrics on this port; overrides RUNFOLD_METRICS_PORT',
    )
    .option('--metrics-host <address>', 'the address of this port; overrides RUNFOLD_METRICS_HOST');
}

/** Probes and metrics while a command runs. */
export interface OpenMetrics {
  /** Counts the batches of a worker in this process. */
  readonly countBatch?: (batch: WrittenBatch) => void;
  close(): Promise<void>;
}

const none: OpenMetrics = { close: () => Promise.resolve() };

/** The address and port; undefined without a port. @throws UsageError */
export function readMetricsAddress(
  { settings }: CommandContext,
  flags: MetricsFlags,
): { readonly host: string; readonly port: number } | undefined {
  const { RUNFOLD_METRICS_PORT: portOf, RUNFOLD_METRICS_HOST: hostOf } = variables;
  const port = portOf.schema.safeParse(flags.metricsPort ?? settings.metrics_port?.toString());
  const host = hostOf.schema.safeParse(flags.metricsHost ?? settings.metrics_host);
  if (!port.success) {
    const got = JSON.stringify(flags.metricsPort);
    throw new UsageError(`--metrics-port: expected ${port.error.issues[0]?.message}, got ${got}.`);
  }
  if (!host.success) {
    const got = JSON.stringify(flags.metricsHost);
    throw new UsageError(`--metrics-host: expected ${host.error.issues[0]?.message}, got ${got}.`);
  }
  if (port.data !== undefined) return { host: host.data, port: port.data };
  if (flags.metricsHost !== undefined) {
    throw new UsageError('--metrics-host: needs --metrics-port.');
  }
  return undefined;
}

type Address = NonNullable<ReturnType<typeof readMetricsAddress>>;

/** Opens the port of a process that folds; it responds before its worker has started. */
export async function openWorkerMetrics(
  context: CommandContext,
  address: Address | undefined,
  tier: Pick<Tier, 'name' | 'database' | 'queue'>,
  shown: {
    readonly worker: () => RunningWorker | undefined;
    readonly logs?: LogCounts;
    /** Whether the process is working, if it has no worker to ask. */
    readonly is_ready?: () => boolean;
  },
): Promise<OpenMetrics> {
  if (address === undefined) return none;
  const [{ createWorkerMetrics }, { readReadiness }] = await Promise.all([
    import('../../http/metrics/worker-metrics.js'),
    import('../../http/metrics/readiness.js'),
  ]);
  const { log } = context;
  const { database } = tier;
  const queue = await openQueueGauge(tier.queue, (error) => log.debug({ err: error }, 'queue'));
  const metrics = createWorkerMetrics({
    database,
    queue,
    version: readPackageVersion(),
    tier: tier.name,
    ...shown,
  });
  const isAtWork = () => shown.is_ready?.() ?? shown.worker()?.state().is_started === true;
  const server = await listen(context, address, metrics, async () => ({
    ...(await readReadiness({ database, queue, log })),
    worker: isAtWork() ? 'ok' : 'failing',
  })).catch(async (error: unknown) => {
    await queue.close();
    throw error;
  });
  return {
    countBatch: metrics.countBatch,
    async close() {
      await server.close();
      await queue.close();
    },
  };
}

/** Opens the port of a process that serves HTTP, with the metrics of its `/metrics`. */
export async function openServiceMetrics(
  context: CommandContext,
  address: Address | undefined,
  http: HttpServer | undefined,
): Promise<OpenMetrics> {
  if (address === undefined || http === undefined) return none;
  return listen(context, address, http.metrics, () => http.ready());
}

async function listen(
  { settings, log }: CommandContext,
  { host, port }: Address,
  metrics: { readonly content_type: string; text(): Promise<string> },
  ready: () => Promise<Readonly<Record<string, 'ok' | 'failing'>>>,
) {
  const { openMetricsServer } = await import('../../http/metrics/metrics-server.js');
  const { metrics_token: token } = settings;
  return openMetricsServer({ host, port, token, log, metrics, ready }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailedError(
      `Cannot serve metrics on ${host}:${port}: ${reason}. Choose another with --metrics-port.`,
    );
  });
}
