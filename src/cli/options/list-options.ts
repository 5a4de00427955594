import type { Command } from 'commander';
import { UsageError } from '../command/command-error.js';
import { count } from '../output/format.js';
import type { Terminal } from '../output/terminal.js';

/** The flags of every list. */
export interface ListFlags {
  readonly limit: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** Adds the flags of every list. */
export function addListOptions(command: Command): Command {
  return command
    .option('--limit <number>', 'the most rows, 1 to 1000', '20')
    .option('--cursor <cursor>', 'go on after the page that gave this cursor')
    .option('--json', 'print { items, next_cursor } as JSON');
}

/** Reads `--limit`. @throws UsageError */
export function readLimit({ limit }: Pick<ListFlags, 'limit'>): number {
  const value = Number(limit);
  if (/^\d{1,4}$/.test(limit) && value >= 1 && value <= 1000) return value;
  throw new UsageError('--limit: expected a whole number from 1 to 1000.');
}

/** What stands below a page of a list: whether there is more. */
export function pageEnd(
  terminal: Terminal,
  page: { readonly items: readonly unknown[]; readonly next_cursor: string | undefined },
  noun: string,
): string[] {
  const { dim } = terminal.colors;
  if (page.items.length === 0) return [dim(`No ${noun}.`)];
  if (page.next_cursor === undefined) return [];
  return [
    '',
    dim(`${count(page.items.length)} shown. More with --limit, or with`),
    dim(`--cursor ${page.next_cursor}`),
  ];
}
