import type { Command } from 'commander';
import { isLabelName, labelNamePhrase } from '../../events/labels.js';
import {
  type LabelName,
  type LabelValue,
  listLabels,
  listLabelValues,
} from '../../query/label-names.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { withStore } from '../command/with-tier.js';
import {
  addCsvOption,
  addListOptions,
  type ListFlags,
  readLimit,
  writePage,
} from '../options/list-options.js';
import { localTime } from '../output/format.js';
import { table } from '../output/table.js';

/** `runfold labels` */
export function labelsCommand(): Command {
  return createCommandGroup('labels', [listCommand(), valuesCommand()]);
}

function listCommand(): Command {
  return addCsvOption(
    addListOptions(
      createCommand({
        name: 'list',
        summary: 'List the labels that events have, with their first values',
        details:
          'Sorted in byte order. "runfold usage --by label:NAME" shows usage by one of them.',
        examples: ['runfold labels list', 'runfold labels list --json'],
      }),
    ),
  ).action(async (flags: ListFlags, self: Command) => {
    const limit = readLimit(flags);
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    const page = await withStore(context, 'runfold labels list', ({ database }) =>
      listLabels(database, { project: settings.project, limit, cursor: flags.cursor }),
    );
    const columns = [
      { head: 'label', cell: ({ name }: LabelName) => name },
      {
        head: 'values',
        cell: ({ values, has_more_values }: LabelName) =>
          `${values.join(', ')}${has_more_values ? ', …' : ''}`,
        least: 20,
      },
      {
        head: 'last used',
        cell: ({ last_used_at }: LabelName) => localTime(last_used_at),
        paint: terminal.colors.dim,
        drop: 1,
      },
    ];
    writePage(terminal, flags, page, {
      noun: 'labels',
      columns: ['name', 'values', 'has_more_values', 'last_used_at'],
      table: (rows) => table(terminal, columns, rows),
    });
  });
}

function valuesCommand(): Command {
  return addCsvOption(
    addListOptions(
      createCommand({
        name: 'values',
        summary: 'List the values of a label',
        examples: [
          'runfold labels values customer',
          'runfold labels values customer --prefix ac --json',
        ],
      })
        .argument('<label>', 'the name of the label')
        .option('--prefix <text>', 'only values that begin with this'),
    ),
  ).action(async (name: string, flags: ListFlags & { readonly prefix?: string }, self: Command) => {
    if (!isLabelName(name)) {
      throw new UsageError(
        `labels values: expected ${labelNamePhrase}, got ${JSON.stringify(name)}.`,
      );
    }
    const limit = readLimit(flags);
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    const { cursor, prefix } = flags;
    const page = await withStore(context, 'runfold labels values', ({ database }) =>
      listLabelValues(database, { project: settings.project, name, prefix, limit, cursor }),
    );
    const columns = [
      { head: name, cell: ({ value }: LabelValue) => value, least: 20 },
      {
        head: 'last used',
        cell: ({ last_used_at }: LabelValue) => localTime(last_used_at),
        paint: terminal.colors.dim,
      },
    ];
    writePage(terminal, flags, page, {
      noun: 'values',
      columns: ['value', 'last_used_at'],
      table: (rows) => table(terminal, columns, rows),
    });
  });
}
