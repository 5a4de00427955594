import { type Command, InvalidArgumentError, Option } from 'commander';
import type { HttpServer } from '../../http/server/open-http-server.js';
import { migrateTier, openTier, type Tier } from '../../tier.js';
import { openWorker, type RunningWorker } from '../../worker/open-worker.js';
import { type CommandContext, createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { tierOptions } from '../command/settings.js';
import { catchSignals } from '../command/signals.js';
import { findStaleTotals } from '../command/stale-totals.js';
import {
  addHttpOptions,
  type HttpFlags,
  type HttpPlan,
  planHttp,
  startHttp,
} from '../options/http-options.js';

interface UpFlags extends HttpFlags {
  readonly port?: number;
  readonly http: boolean;
}

/** `runfold up` */
export function upCommand(): Command {
  const command = createCommand({
    name: 'up',
    details:
      'Without DATABASE_URL it serves the embedded store, and other commands and programs on the ' +
      'same folder use it meanwhile. HTTP listens on a loopback address, and elsewhere once there ' +
      'is a key. SIGTERM or SIGINT ends it in good order.',
    examples: [
      'runfold up',
      'runfold up --dir /var/lib/runfold --port 5433',
      'DATABASE_URL=postgres://user:password@host:5432/runfold runfold up',
    ],
  });
  return addHttpOptions(command)
    .option('--no-http', 'serve no HTTP')
    .addOption(
      new Option(
        '--port <port>',
        'serve the embedded store on this TCP port of 127.0.0.1 too, for tools like psql; any local user can then read it',
      ).argParser(readPort),
    )
    .action(async ({ port, ...flags }: UpFlags, self: Command) => {
      const context = openContext(self, 'service');
      const plan = flags.http ? planHttp(context, flags) : undefined;
      if (port !== undefined && context.settings.database_url !== undefined) {
        throw new UsageError(
          '--port: expected the embedded store, got DATABASE_URL; connect to that.',
        );
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
          psql_port: port,
          ended: Promise.race([signals.received, tier.exited]),
        });
        if (died !== undefined) throw died;
      } finally {
        await tier.close();
        signals.release();
      }
    });
}

/** Worker and HTTP, until a signal or the end of the store. Answers what the store died of. */
async function runUntilEnd(
  context: CommandContext,
  tier: Tier,
  options: {
    readonly plan: HttpPlan | undefined;
    readonly psql_port: number | undefined;
    readonly ended: Promise<unknown>;
  },
): Promise<Error | undefined> {
  let worker: RunningWorker | undefined;
  const { plan } = options;
  // HTTP first: where its address cannot be had, no work has been begun.
  const http = plan === undefined ? undefined : await startHttp(context, tier, plan, () => worker);
  let died: unknown;
  try {
    worker = await openWorker({
      database: tier.database,
      queue: tier.queue,
      log: context.log,
      shared_session: tier.name === 'embedded',
      on_batch: http?.metrics.countBatch,
    });
    introduce(context, tier, options.psql_port, http);
    died = await options.ended;
  } finally {
    // With the store dead what is in hand cannot be written; it will be delivered again.
    const how = died instanceof Error ? { timeout_ms: 0 } : {};
    try {
      await http?.close(how);
    } finally {
      await worker?.close(how);
    }
  }
  return died instanceof Error ? died : undefined;
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a port from 1 to 65535.');
}

function introduce(
  { terminal, settings }: CommandContext,
  tier: Tier,
  port: number | undefined,
  http: HttpServer | undefined,
): void {
  const { bold, dim, cyan } = terminal.colors;
  const isEmbedded = tier.name === 'embedded';
  const queue =
    settings.redis_url === undefined
      ? 'on the same Postgres'
      : `on Redis (${hostOf(settings.redis_url)})`;
  const flag = isEmbedded && settings.dir !== '.runfold' ? ` --dir ${settings.dir}` : '';
  const options = isEmbedded
    ? `{ dir: ${JSON.stringify(settings.dir)} }`
    : '{ database_url, redis_url }'.replace(
        settings.redis_url === undefined ? ', redis_url' : '',
        '',
      );
  const say = (label: string, text: string) => terminal.line(`  ${dim(label.padEnd(7))} ${text}`);
  terminal.line(bold('Runfold is up.'));
  say('store', isEmbedded ? `embedded Postgres in ${tier.place}` : `Postgres at ${tier.place}`);
  say('queue', queue);
  say('worker', 'in this process');
  if (http !== undefined) {
    if (http.has_page) say('page', cyan(http.url));
    say('http', `${cyan(http.url)}${dim(`  reference: ${http.url}/docs`)}`);
  }
  if (port !== undefined) say('psql', cyan(`psql -h 127.0.0.1 -p ${port} -U postgres postgres`));
  terminal.line();
  terminal.line('Emit from a program:');
  terminal.line(cyan(`  import { openRunfold } from 'runfold';`));
  terminal.line(cyan(`  const { producer } = await openRunfold(${options});`));
  terminal.line(
    cyan(
      `  producer.message({ run_id: 'run-1', role: 'assistant', metrics: { input_tokens: 120 } });`,
    ),
  );
  terminal.line('or from a file, and look at the totals:');
  terminal.line(cyan(`  runfold ingest events.ndjson${flag}`));
  terminal.line(cyan(`  runfold runs list${flag}`));
  terminal.line();
  terminal.line(dim('Ctrl+C ends it in good order.'));
}

function hostOf(url: string): string {
  return new URL(url).host;
}
