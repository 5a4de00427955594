import { type Command, Option } from 'commander';
import { logFormats } from '../../ingest/formats/log-formats.js';
import { openCounts } from '../../logs/log-summary.js';
import { watchLogs } from '../../logs/watch-logs.js';
import { createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { catchSignals } from '../command/signals.js';
import { watchPlaces } from '../logs/log-places.js';
import { openLogStore } from '../logs/log-store.js';
import { watchStatus } from '../logs/today-line.js';
import {
  addMetricsOptions,
  type MetricsFlags,
  type OpenMetrics,
  openWorkerMetrics,
  readMetricsAddress,
} from '../options/metrics-options.js';
import { readDuration } from '../options/range-options.js';
import { costOf, count } from '../output/format.js';
import { printable } from '../output/printable.js';

interface Flags extends MetricsFlags {
  readonly format: readonly string[];
  readonly cost: 'auto' | 'priced';
  readonly user?: string;
  readonly settle: string;
  readonly json?: boolean;
}

const jsonIntervalMs = 60_000;

/** `runfold watch` */
export function watchCommand(): Command {
  const command = createCommand({
    name: 'watch',
    details:
      'Reads logs like "runfold ingest", and then continues with new and grown files. It folds what it reads. ' +
      'While the store is unavailable it waits; the files keep the new lines. SIGTERM or SIGINT ends it ' +
      'gracefully. Nothing counts twice, even if it is killed.',
    examples: [
      'runfold watch --format agents',
      'runfold watch --format claude-code codex --user me',
      'runfold watch ./logs --format litellm --json',
    ],
  });
  return addMetricsOptions(command)
    .argument('[path...]', 'files and folders. Defaults to the places of the formats')
    .addOption(
      new Option(
        '--format <format...>',
        'the kinds of logs, or agents for all in their default places',
      )
        .choices([...logFormats.map(({ name }) => name), 'agents'])
        .default(['agents'], 'agents'),
    )
    .option('--user <id>', 'the user of events that do not name one')
    .addOption(
      new Option('--cost <which>', 'use reported costs (auto), or price every message (priced)')
        .choices(['auto', 'priced'])
        .default('auto'),
    )
    .option(
      '--settle <duration>',
      'count unfinished messages if their file has not changed for this time',
      '10m',
    )
    .option('--json', 'print one line of JSON per minute')
    .action(async (paths: readonly string[], flags: Flags, self: Command) => {
      const settle_ms = readDuration(flags.settle);
      if (settle_ms === undefined)
        throw new UsageError('--settle: expected a duration such as 10m.');
      const context = openContext(self, 'once');
      const { terminal, log, io } = context;
      const places = watchPlaces(io, paths, flags.format);
      const address = readMetricsAddress(context, flags);
      const signals = catchSignals(context);
      const counts = openCounts();
      let metrics: OpenMetrics | undefined;
      const store = await openLogStore(context, 'runfold watch', signals.signal, (batch) =>
        metrics?.countBatch?.(batch),
      );
      let printedAt = Number.NEGATIVE_INFINITY;
      let isReading = false;
      try {
        metrics = await openWorkerMetrics(context, address, store.tier, {
          worker: () => store.worker,
          logs: counts,
          is_ready: () => isReading,
        });
        await watchLogs({
          places,
          store,
          counts,
          settle_ms,
          user_id: flags.user,
          priced: flags.cost === 'priced',
          signal: signals.signal,
          onFault: (path, line, text) =>
            terminal.note(printable(`${line === 0 ? path : `${path}:${line}`}: ${text}`)),
          onOutage(error, delayMs) {
            isReading = false;
            log.warn({ err: error, delay_ms: delayMs }, 'the store is unavailable; reading waits');
          },
          async onLook(isNew) {
            isReading = true;
            const isDue = performance.now() - printedAt >= jsonIntervalMs;
            if (flags.json ? !isDue : !isNew && printedAt > 0) return;
            printedAt = performance.now();
            const status = await watchStatus(store.database, store.project, counts);
            if (flags.json) return terminal.json(status);
            const { today, read } = status;
            const faults =
              read.invalid_lines === 0 ? '' : ` · ${count(read.invalid_lines)} lines refused`;
            terminal.line(
              `today ${count(today.total_tokens)} tokens, ${costOf(today)} in ${count(today.messages)} messages · ${count(read.messages)} new in ${count(read.sessions)} sessions${faults}`,
            );
          },
        });
      } finally {
        await metrics?.close();
        await store.close();
        signals.release();
      }
    });
}
