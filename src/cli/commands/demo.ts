import type { Command } from 'commander';
import { createCommand, openContext } from '../command/command.js';
import { exitCodes, UsageError } from '../command/command-error.js';
import { catchSignals } from '../command/signals.js';
import { openDemoFolder } from '../demo/demo-folder.js';
import { playDemo } from '../demo/play-demo.js';
import { readInteger } from '../options/number-option.js';

interface DemoFlags {
  readonly events: string;
  readonly seed: string;
}

/** `runfold demo` */
export function demoCommand(): Command {
  return createCommand({
    name: 'demo',
    details:
      'About 20,000 events of seven agents, some late and some twice, go through the real producer, ' +
      'queue and worker into an embedded store, which is removed at the end unless --dir keeps it. ' +
      'DATABASE_URL and REDIS_URL are not used.',
    examples: [
      'runfold demo',
      'runfold demo --dir demo-store',
      'runfold demo --events 200000 --seed 7',
    ],
  })
    .option('--events <number>', 'about how many events, up to 1000000', '20000')
    .option('--seed <number>', 'another seed makes another day', '1')
    .action(async (flags: DemoFlags, command: Command) => {
      const context = openContext(command, 'once');
      const { given } = context.settings;
      if ((given.databaseUrl ?? given.redisUrl) !== undefined) {
        throw new UsageError(
          'demo: expected no --database-url or --redis-url; the demo uses a separate embedded store.',
        );
      }
      const events = readInteger('--events', flags.events, { most: 1_000_000 });
      const seed = readInteger('--seed', flags.seed, { most: 4_294_967_295 });
      const signals = catchSignals(context);
      const folder = await openDemoFolder(
        given.dir === undefined ? undefined : context.settings.dir,
      );
      try {
        const isEqual = await playDemo(context, { folder, events, seed, signal: signals.signal });
        context.io.exitCode = isEqual ? exitCodes.ok : exitCodes.failed;
      } finally {
        await folder.remove();
        signals.release();
      }
    });
}
