import type { Command } from 'commander';
import { InvalidPriceError } from '../../pricing/new-price.js';
import {
  dropPriceOverrides,
  listPriceOverrides,
  type PriceOverride,
  setPriceOverride,
} from '../../pricing/price-overrides.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';
import { withStore, withTier } from '../command/with-tier.js';
import { readNumber } from '../options/number-option.js';
import { absent, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import { table } from '../output/table.js';

/** `runfold prices` */
export function pricesCommand(): Command {
  return createCommandGroup('prices', [listCommand(), setCommand(), dropCommand()]);
}

/** A price as a person reads it, in US dollars per million tokens. */
const shown = (dollars: number | undefined) => (dollars === undefined ? absent : `$${dollars}`);

function listCommand(): Command {
  return createCommand({
    name: 'list',
    summary: 'List your own prices, in US dollars per million tokens',
    details: 'They override those of the price book that comes with Runfold.',
    examples: ['runfold prices list', 'runfold prices list --json'],
  })
    .option('--json', 'print them as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const prices = await withStore(context, 'runfold prices list', ({ database }) =>
        listPriceOverrides(database, { project: settings.project }),
      );
      if (flags.json) return terminal.json(prices);
      if (prices.length === 0) {
        return terminal.line('You have set no prices. The price book is used.');
      }
      const columns = [
        { head: 'model', cell: (price: PriceOverride) => price.model, least: 16 },
        { head: 'provider', cell: (price: PriceOverride) => price.provider ?? 'any' },
        { head: 'from', cell: (price: PriceOverride) => price.from ?? 'always' },
        ...(['input', 'output', 'cached', 'cache_write', 'cache_write_1h'] as const).map(
          (name) => ({
            head: name.replaceAll('_', ' '),
            align: 'right' as const,
            cell: (price: PriceOverride) => shown(price[name]),
          }),
        ),
      ];
      terminal.line(table(terminal, columns, prices));
    });
}

interface SetFlags {
  readonly provider?: string;
  readonly from?: string;
  readonly input: string;
  readonly output: string;
  readonly cached?: string;
  readonly cacheWrite?: string;
  readonly cacheWrite1h?: string;
  readonly json?: boolean;
}

function setCommand(): Command {
  return createCommand({
    name: 'set',
    summary: 'Set the price of a model, in US dollars per million tokens',
    details:
      'A price for the same model, provider and time is replaced. Within ten seconds the price is used ' +
      'for new messages; "runfold reprice" corrects messages that have a price already.',
    examples: [
      'runfold prices set my-model --input 0.4 --output 1.6 --cached 0.1',
      'runfold prices set gpt-5 --provider openai --from 2026-06-01T00:00:00Z --input 1 --output 8',
    ],
  })
    .argument('<model>', 'the model, exactly as events name it')
    .requiredOption('--input <dollars>', 'price of input tokens')
    .requiredOption('--output <dollars>', 'price of output tokens')
    .option('--cached <dollars>', 'price of cached input tokens; defaults to --input')
    .option('--cache-write <dollars>', 'price of tokens written to a cache; defaults to --input')
    .option(
      '--cache-write-1h <dollars>',
      'price of tokens that the cache keeps for an hour; defaults to --cache-write',
    )
    .option('--provider <provider>', 'only for messages that this provider served')
    .option('--from <time>', 'only from this time on, RFC 3339 with a zone')
    .option('--json', 'print the price as JSON')
    .action(async (model: string, flags: SetFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const optional = (flag: string, text: string | undefined) =>
        text === undefined ? undefined : readNumber(flag, text);
      const price: PriceOverride = {
        project: settings.project,
        model,
        provider: flags.provider,
        from: flags.from,
        input: readNumber('--input', flags.input),
        output: readNumber('--output', flags.output),
        cached: optional('--cached', flags.cached),
        cache_write: optional('--cache-write', flags.cacheWrite),
        cache_write_1h: optional('--cache-write-1h', flags.cacheWrite1h),
      };
      const stored = await withTier(
        context,
        'runfold prices set',
        ({ database }) =>
          setPriceOverride(database, price).catch((error) => {
            if (!(error instanceof InvalidPriceError)) throw error;
            const { field, expected, got } = error;
            throw new UsageError(
              `--${field.replaceAll('_', '-')}: expected ${expected}, got ${got}.`,
            );
          }),
        { may_create: true },
      );
      if (flags.json) return terminal.json(stored);
      terminal.line(
        printable(
          `${model}: ${shown(stored.input)} in, ${shown(stored.output)} out per million tokens.`,
        ),
      );
    });
}

function dropCommand(): Command {
  return createCommand({
    name: 'drop',
    summary: 'Remove your prices of a model, of all providers and times',
    examples: ['runfold prices drop my-model'],
  })
    .argument('<model>', 'the model, exactly as events name it')
    .option('--json', 'print { dropped } as JSON')
    .action(async (model: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const dropped = await withTier(context, 'runfold prices drop', ({ database }) =>
        dropPriceOverrides(database, { model, project: settings.project }),
      );
      if (dropped === 0) {
        throw new CommandFailedError(
          `You have set no price for ${JSON.stringify(model)}. See "runfold prices list".`,
        );
      }
      if (flags.json) return terminal.json({ dropped });
      terminal.line(`${plural(dropped, 'price')} removed.`);
    });
}
