import { type Command, InvalidArgumentError, Option } from 'commander';
import { csv } from '../output/csv.js';
import { count } from '../output/format.js';
import type { Terminal } from '../output/terminal.js';
import { addLabelOption, type LabelFlags, readLabels } from './label-option.js';
import { readInteger } from './number-option.js';
import { sinceStart } from './range-options.js';
import { repeatable } from './repeatable-option.js';

/** The flags of every list. */
export interface ListFlags {
  readonly limit: string;
  readonly cursor?: string;
  readonly json?: boolean;
  /** Only of lists with `addCsvOption`. */
  readonly csv?: boolean;
}

/** The flags of lists of totals. */
export interface TotalsFlags extends ListFlags, LabelFlags {
  readonly user?: readonly string[];
  readonly agent?: readonly string[];
  readonly team?: readonly string[];
  readonly workflow?: readonly string[];
  readonly model?: readonly string[];
  readonly provider?: readonly string[];
  readonly orderBy?: string;
  readonly idPrefix?: string;
  readonly failed?: boolean;
  readonly minCost?: number;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Adds the flags of a list of totals. */
export function addTotalsOptions(command: Command, figures: readonly string[]): Command {
  command
    .addOption(repeatable('--user <id>', 'only those for this user'))
    .addOption(repeatable('--agent <id>', 'only those of this agent'))
    .addOption(repeatable('--team <id>', 'only those of this team'))
    .addOption(repeatable('--workflow <id>', 'only those of this workflow'))
    .addOption(repeatable('--model <name>', 'only those whose last model is this one'))
    .addOption(repeatable('--provider <name>', 'only those whose last provider is this one'))
    .option(
      '--since <duration>',
      'only those that started within this time: 90m, 24h, 7d, 4w; from 1d on, whole days',
    )
    .addOption(
      new Option(
        '--from <time>',
        'only those that started at this time or later, RFC 3339 with a zone',
      ).conflicts('since'),
    )
    .option('--to <time>', 'only those that started before this time')
    .addOption(
      new Option('--order-by <figure>', 'those with the greatest figure first').choices([
        ...figures,
      ]),
    )
    .option('--id-prefix <text>', 'only ids that begin with this')
    .option('--failed', 'only those in which a run, a message or a tool call failed')
    .addOption(
      new Option('--min-cost <dollars>', 'only those that cost at least this').argParser(
        readDollars,
      ),
    );
  return addCsvOption(addListOptions(addLabelOption(command)));
}

/** The query that the flags of a list of totals describe. */
export function totalsQuery(flags: TotalsFlags) {
  return {
    user_id: flags.user,
    agent_id: flags.agent,
    team_id: flags.team,
    workflow_id: flags.workflow,
    model: flags.model,
    provider: flags.provider,
    labels: readLabels(flags),
    id_prefix: flags.idPrefix,
    failed: flags.failed,
    min_cost: flags.minCost,
    from: flags.since === undefined ? flags.from : sinceStart(flags.since, flags.to),
    to: flags.to,
    cursor: flags.cursor,
    limit: readLimit(flags),
  };
}

function readDollars(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1e9) return value;
  throw new InvalidArgumentError('Expected US dollars from 0 to 1000000000.');
}

/** Adds the flags of every list. */
export function addListOptions(command: Command): Command {
  return command
    .option('--limit <number>', 'the maximum number of rows, 1 to 1000', '20')
    .option('--cursor <cursor>', 'continue after the page that returned this cursor')
    .option('--json', 'print { items, next_cursor } as JSON');
}

/** Adds `--csv` to a list that is written with `writePage`. */
export function addCsvOption(command: Command): Command {
  return command.addOption(new Option('--csv', 'print the rows as CSV').conflicts('json'));
}

/** Reads `--limit`. @throws UsageError */
export function readLimit({ limit }: Pick<ListFlags, 'limit'>): number {
  return readInteger('--limit', limit, { most: 1000 });
}

/** Writes a page of a list: as JSON, as CSV with these columns, or as a table. */
export function writePage<Row extends object>(
  terminal: Terminal,
  { json, csv: isCsv }: Pick<ListFlags, 'json' | 'csv'>,
  page: { readonly items: readonly Row[]; readonly next_cursor: string | undefined },
  form: {
    readonly noun: string;
    /** The text of an empty page. Defaults to one with the noun. */
    readonly none?: string;
    readonly columns: readonly string[];
    readonly table: (rows: readonly Row[]) => string;
  },
): void {
  if (json) {
    terminal.json(page);
  } else if (isCsv) {
    terminal.line(csv(form.columns as readonly (keyof Row & string)[], page.items));
    if (page.next_cursor !== undefined) for (const line of moreRows(page)) terminal.note(line);
  } else {
    if (page.items.length > 0) terminal.line(form.table(page.items));
    const end = pageEnd(terminal, page, form.noun, form.none);
    for (const line of end) terminal.line(line);
  }
}

/** The text below a page of a list: whether there are more rows. */
export function pageEnd(
  terminal: Terminal,
  page: { readonly items: readonly unknown[]; readonly next_cursor: string | undefined },
  noun: string,
  none = `No ${noun}.`,
): string[] {
  const { dim } = terminal.colors;
  if (page.items.length === 0) return [dim(none)];
  if (page.next_cursor === undefined) return [];
  return ['', ...moreRows(page).map(dim)];
}

const moreRows = (page: {
  readonly items: readonly unknown[];
  readonly next_cursor: string | undefined;
}) => [
  `${count(page.items.length)} shown. More with --limit, or with`,
  `--cursor ${page.next_cursor}`,
];
