import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LogPlace } from '../../logs/files/find-logs.js';
import { migrateTier, openTier, type Tier } from '../../tier.js';
import type { RunningWorker } from '../../worker/open-worker.js';
import { type CommandContext, createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { tierOptions } from '../command/settings.js';
import { catchSignals, finishingTime } from '../command/signals.js';
import { findStaleTotals } from '../command/stale-totals.js';
import { startWorker } from '../command/start-worker.js';
import { type DemoFolder, openDemoFolder } from '../demo/demo-folder.js';
import { fillDemo } from '../demo/fill-demo.js';
import { followLogs } from '../logs/follow-logs.js';
import { readFormats, watchPlaces } from '../logs/log-places.js';
import {
  addHttpOptions,
  type HttpFlags,
  type HttpPlan,
  planHttp,
  startHttp,
} from '../options/http-options.js';
import {
  addMetricsOptions,
  type MetricsFlags,
  type OpenMetrics,
  openServiceMetrics,
  openWorkerMetrics,
  readMetricsAddress,
} from '../options/metrics-options.js';
import { introduce } from '../reports/up-report.js';

interface UpFlags extends HttpFlags, MetricsFlags {
  readonly watch?: string;
  readonly port?: number;
  readonly http: boolean;
  readonly demo?: boolean;
}

/** `runfold up` */
export function upCommand(): Command {
  const command = createCommand({
    name: 'up',
    details:
      'Without DATABASE_URL it serves the embedded store; other commands and programs on the ' +
      'same folder use that store. HTTP listens on a loopback address; once there is a key, it may ' +
      'listen on others. SIGTERM or SIGINT shuts it down gracefully.',
    examples: [
      'runfold up',
      'runfold up --demo',
      'runfold up --dir /var/lib/runfold --port 5433',
      'DATABASE_URL=postgres://user:password@host:5432/runfold runfold up',
    ],
  });
  return addMetricsOptions(addHttpOptions(command))
    .option('--no-http', 'do not serve HTTP')
    .option(
      '--watch <formats>',
      'also follow logs of agents: for example claude-code,codex, or agents for all in their default places',
    )
    .option('--demo', 'serve weeks of invented work in a separate store; --dir keeps it')
    .addOption(
      new Option(
        '--port <port>',
        'also serve the embedded store on this TCP port of 127.0.0.1, for tools like psql; any local user can then read it',
      ).argParser(readPort),
    )
    .action(async ({ port, demo = false, ...flags }: UpFlags, self: Command) => {
      const opened = openContext(self, 'service');
      const folder = demo ? await openDemoStore(opened) : undefined;
      const context = folder === undefined ? opened : withDir(opened, folder.dir);
      try {
        await serveAll(context, flags, { port, isDemo: demo });
      } finally {
        await folder?.remove();
      }
    });
}

/** Opens the store and everything that uses it, and serves until a signal or the end of the store. */
async function serveAll(
  context: CommandContext,
  flags: Omit<UpFlags, 'port' | 'demo'>,
  { port, isDemo }: { readonly port: number | undefined; readonly isDemo: boolean },
): Promise<void> {
  const plan = flags.http ? planHttp(context, flags) : undefined;
  const metrics = readMetricsAddress(context, flags);
  const { watch } = flags;
  const places = watch === undefined ? [] : watchPlaces(context.io, [], readFormats(watch));
  if (port !== undefined && context.settings.database_url !== undefined) {
    throw new UsageError('--port: expected the embedded store, got DATABASE_URL; connect to that.');
  }
  const signals = catchSignals(context);
  const tier = await openTier({
    ...tierOptions(context.settings, 'runfold up'),
    exclusive: true,
    tcp_port: port,
  });
  try {
    if (!tier.is_owner) await migrateTier(tier);
    const stale = await findStaleTotals(tier.database);
    if (stale !== undefined) context.log.warn(stale.text);
    const died = await runUntilEnd(context, tier, {
      plan,
      metrics,
      psql_port: port,
      places,
      signal: signals.signal,
      demo: isDemo ? signals.signal : undefined,
      ended: Promise.race([signals.received, tier.exited]),
    });
    if (died !== undefined) throw died;
  } finally {
    await tier.close();
    signals.release();
  }
}

/** Runs worker and HTTP until a signal or the end of the store. Returns the error that ended the store. */
async function runUntilEnd(
  context: CommandContext,
  tier: Tier,
  options: {
    readonly plan: HttpPlan | undefined;
    /** The separate port for probes and metrics. */
    readonly metrics: ReturnType<typeof readMetricsAddress>;
    readonly psql_port: number | undefined;
    /** The places of the logs to follow. */
    readonly places: readonly LogPlace[];
    readonly signal: AbortSignal;
    /** Stops filling a demo's store; undefined if this is not a demo. */
    readonly demo: AbortSignal | undefined;
    readonly ended: Promise<unknown>;
  },
): Promise<Error | undefined> {
  let worker: RunningWorker | undefined;
  const { plan } = options;
  // HTTP first: if its address is not available, no work has started yet.
  const http = plan === undefined ? undefined : await startHttp(context, tier, plan, () => worker);
  let metrics: OpenMetrics | undefined;
  let died: unknown;
  let following: Promise<void> | undefined;
  try {
    metrics =
      http === undefined
        ? await openWorkerMetrics(context, options.metrics, tier, { worker: () => worker })
        : await openServiceMetrics(context, options.metrics, http);
    worker = await startWorker(context, tier, http?.metrics.countBatch ?? metrics.countBatch);
    if (options.demo !== undefined) {
      const { dir } = context.settings;
      await fillDemo(context, { tier, worker, dir, signal: options.demo });
    }
    // A signal during the start ends something that never ran, so nothing is announced.
    if (!options.signal.aborted) introduce(context, tier, options.psql_port, http);
    following = followLogs(context, tier, options).catch((error: unknown) =>
      context.log.error({ err: error }, 'stopped following logs'),
    );
    died = await options.ended;
  } finally {
    if (!(died instanceof Error)) await following;
    // If the store has died, jobs in flight cannot be written; they will be delivered again.
    const how = died instanceof Error ? () => ({ timeout_ms: 0 }) : finishingTime();
    try {
      await metrics?.close();
      await http?.close(how());
    } finally {
      await worker?.close(how());
    }
  }
  return died instanceof Error ? died : undefined;
}

/** The demo's separate store: servers that the environment names are not used. */
function openDemoStore({ settings: { given } }: CommandContext): Promise<DemoFolder> {
  if ((given.databaseUrl ?? given.redisUrl) === undefined) return openDemoFolder(given.dir);
  throw new UsageError(
    '--demo: expected no --database-url or --redis-url; the demo uses a separate store.',
  );
}

function withDir(context: CommandContext, dir: string): CommandContext {
  const servers = { database_url: undefined, redis_url: undefined };
  return { ...context, settings: { ...context.settings, ...servers, dir } };
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a port from 1 to 65535.');
}
