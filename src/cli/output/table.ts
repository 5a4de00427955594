import Table from 'cli-table3';
import { printable } from './printable.js';
import type { Terminal } from './terminal.js';

/** A column of a table: what it shows of a row, and how it shrinks on a narrow terminal. */
export interface Column<Row> {
  readonly head: string;
  /** The text of a cell; it need not be printable. */
  readonly cell: (row: Row) => string;
  /** Its alignment. Defaults to `left`. */
  readonly align?: 'left' | 'right';
  /** The minimum length to which the text may be cut. By default it is never cut. */
  readonly least?: number;
  /** Columns are left out if there is no room, those with the highest number first. By default a column stays. */
  readonly drop?: number;
  /** Colours the text by its content. */
  readonly paint?: (text: string, row: Row) => string;
}

const gap = 2;

/** Formats rows as a table without lines, no wider than the terminal. */
export function table<Row>(
  terminal: Pick<Terminal, 'colors' | 'width'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const { bold, dim } = terminal.colors;
  const cells = new Map(
    columns.map((column) => [column, rows.map((row) => printable(column.cell(row)))]),
  );
  const { kept, widths } = arrange(terminal.width, columns, cells);
  const built = new Table({
    head: kept.map((column, at) => dim(cut(column.head, widths[at] ?? 0))),
    colAligns: kept.map((column) => column.align ?? 'left'),
    chars: noRules,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  rows.forEach((row, index) => {
    built.push(
      kept.map((column, at) => {
        const text = cut(cells.get(column)?.[index] ?? '', widths[at] ?? 0);
        if (text === '') return text;
        return column.paint?.(text, row) ?? (at === 0 ? bold(text) : text);
      }),
    );
  });
  return built
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const noRules = {
  ...Object.fromEntries(
    ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
      [side, ''],
      [`${side}-mid`, ''],
      [`${side}-left`, ''],
      [`${side}-right`, ''],
    ]),
  ),
  'left-mid': '',
  'mid-mid': '',
  'right-mid': '',
  middle: ' '.repeat(gap),
};

/** Cuts columns to their minimum, then leaves columns out, then distributes the remaining room. */
function arrange<Row>(
  room: number,
  columns: readonly Column<Row>[],
  cells: ReadonlyMap<Column<Row>, readonly string[]>,
): { kept: readonly Column<Row>[]; widths: readonly number[] } {
  const full = (column: Column<Row>) =>
    Math.max(column.head.length, ...(cells.get(column) ?? []).map((text) => [...text].length));
  const least = (column: Column<Row>) =>
    column.least === undefined ? full(column) : Math.min(full(column), column.least);
  let kept = [...columns];
  const total = () => kept.reduce((sum, column) => sum + least(column), gap * (kept.length - 1));
  while (total() > room) {
    const victim = kept
      .filter((column) => column.drop !== undefined)
      .sort((a, b) => (b.drop ?? 0) - (a.drop ?? 0))[0];
    if (victim === undefined) break;
    kept = kept.filter((column) => column !== victim);
  }
  let spare = Math.max(0, room - total());
  const widths = kept.map((column) => {
    const more = Math.min(spare, full(column) - least(column));
    spare -= more;
    return least(column) + more;
  });
  return { kept, widths };
}

/** The beginning and the end of a text: ids often differ only at their end. */
function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  if (width < 8) return `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
  const tail = Math.floor((width - 1) / 3);
  return `${characters.slice(0, width - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}
