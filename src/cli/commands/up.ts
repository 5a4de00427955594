import { type Command, InvalidArgumentError, Option } from 'commander';
import { migrateTier, openTier, type Tier } from '../../tier.js';
import { openWorker } from '../../worker/open-worker.js';
import { type CommandContext, createCommand, openContext } from '../command.js';
import { UsageError } from '../command-error.js';
import { tierOptions } from '../settings.js';
import { catchSignals } from '../signals.js';
import { findStaleTotals } from '../stale-totals.js';

/** `runfold up` */
export function upCommand(): Command {
  return createCommand({
    name: 'up',
    summary: 'Run everything in this process: store, migrations and worker',
    details:
      'Without DATABASE_URL it serves the embedded store, and other commands and programs on the ' +
      'same folder use it meanwhile. SIGTERM or SIGINT ends it in good order.',
    examples: [
      'runfold up',
      'runfold up --dir /var/lib/runfold --port 5433',
      'DATABASE_URL=postgres://user:password@host:5432/runfold runfold up',
    ],
  })
    .addOption(
      new Option(
        '--port <port>',
        'serve the embedded store on this TCP port of 127.0.0.1 too, for tools like psql; any local user can then read it',
      ).argParser(readPort),
    )
    .action(async ({ port }: { port?: number }, command: Command) => {
      const context = openContext(command, 'service');
      if (port !== undefined && context.settings.database_url !== undefined) {
        throw new UsageError(
          '--port: expected the embedded store, got DATABASE_URL; connect to that.',
        );
      }
      const signals = catchSignals(context.terminal);
      const tier = await openTier({
        ...tierOptions(context.settings, 'runfold up'),
        exclusive: true,
        tcp_port: port,
      });
      try {
        if (!tier.is_owner) await migrateTier(tier);
        const stale = await findStaleTotals(tier.database);
        if (stale !== undefined) context.log.warn(stale.text);
        const worker = await openWorker({
          database: tier.database,
          queue: tier.queue,
          log: context.log,
          shared_session: tier.name === 'embedded',
        });
        introduce(context, tier, port);
        const died = await Promise.race([signals.received, tier.exited]);
        // With the store dead what is in hand cannot be written; it will be delivered again.
        await worker.close(died instanceof Error ? { timeout_ms: 0 } : {});
        if (died instanceof Error) throw died;
      } finally {
        await tier.close();
        signals.release();
      }
    });
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
