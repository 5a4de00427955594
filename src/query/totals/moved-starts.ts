import type { Conditions } from '../conditions.js';
import { InvalidCursorError } from '../query-errors.js';

/**
 * The rows of the earlier pages. A list is sorted by the start of its rows, and an event that began
 * before all others moves the start of a row. So a row that was shown may appear again after the cursor. The end of
 * each page, and the snapshot that it saw, tell which rows were on one of them.
 */
export interface SeenPages {
  /** No event that the first page did not see was recorded before this time, in microseconds. */
  readonly since: number;
  readonly pages: readonly SeenPage[];
}

/**
 * The snapshot of a page, as `pg_current_snapshot()` writes it, and the start of its last row, with the ids of that row
 * if another one started at the same time.
 */
export type SeenPage = readonly [snapshot: string, start: number, ids?: readonly string[]];

/** How long a writer's transaction may have been open at the first page, in microseconds. */
const longestWrite = 600_000_000;
/** The number of pages that are all remembered; of earlier ones, every second is. */
const mostPages = 48;

/** The pages after another page was read, at a time in microseconds. */
export function seenAfter(before: SeenPages | undefined, page: SeenPage, at_us: number): string {
  const pages = [...(before?.pages ?? []), page];
  const kept =
    pages.length <= mostPages ? pages : pages.filter((_, at) => at % 2 === 0 || at > mostPages / 2);
  const since = before?.since ?? at_us - longestWrite;
  return JSON.stringify({ since, pages: kept } satisfies SeenPages);
}

/** The pages of a cursor. @throws InvalidCursorError if the string is not one of ours */
export function readSeen(text: unknown): SeenPages {
  try {
    const seen: Partial<SeenPages> = JSON.parse(String(text));
    const isPage = (page: unknown) =>
      Array.isArray(page) &&
      (page.length === 2 || (page.length === 3 && areIds(page[2]))) &&
      String(page[0])
        .split(' ')
        .every((one) => isSnapshot.test(one)) &&
      Number.isSafeInteger(page[1]);
    const { since, pages } = seen;
    if (Number.isSafeInteger(since) && Array.isArray(pages) && pages.every(isPage)) {
      return { since: Number(since), pages };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidCursorError('a cursor whose pages cannot be read');
}

/** The snapshot of a store, or that of one of its servers. */
const isSnapshot = /^(?:[^ ]+@)?\d{1,19}:\d{1,19}:[\d,]*$/;

/** The snapshots of the servers that a page was read from, as one string. */
export function joinSnapshots(
  all: readonly { readonly place: string | undefined; readonly snapshot: string }[],
): string {
  return all
    .map(({ place, snapshot }) => (place === undefined ? snapshot : `${place}@${snapshot}`))
    .join(' ');
}

/** The pages with their snapshots on one server; those that were not read from it are left out. */
function pagesAt(pages: readonly SeenPage[], place: string | undefined): readonly SeenPage[] {
  if (place === undefined) return pages;
  return pages.flatMap(([snapshots, ...rest]) => {
    const own = snapshots.split(' ').find((one) => one.startsWith(`${place}@`));
    return own === undefined ? [] : [[own.slice(place.length + 1), ...rest] as const];
  });
}

const areIds = (ids: unknown) =>
  Array.isArray(ids) &&
  ids.length > 0 &&
  ids.length < 3 &&
  ids.every((id) => typeof id === 'string' && !id.includes('\0') && id.isWellFormed());

/** The transaction that wrote an event, with its epoch: `xmin` has 32 bits. */
const writer = `(n.now - ((n.now - e.xmin::text::bigint) & 4294967295))`;
const nowSql = '(select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as now offset 0) n';

/**
 * Leaves out rows `r` that an earlier page has shown: those whose start, in its snapshot, was not before the end of
 * that page. Of a store on several servers, this is for the rows of one `place`. Only rows with events that the first page may not have seen are checked.
 */
export function leaveOutShown(
  where: Conditions,
  keys: readonly string[],
  { since, pages }: SeenPages,
  place?: string | undefined,
): void {
  const own = keys.map((name) => `e.${name} = r.${name}`).join(' and ');
  const from = `to_timestamp(${where.parameter(since)}::bigint / 1000000.0)`;
  const list = where.parameter(JSON.stringify(pagesAt(pages, place)));
  const ids = keys.filter((name) => name !== 'project');
  const texts = ids.map((_, at) => `p->2->>${at}`);
  where.add(`(not exists (select from runfold_internal.event e
      where ${own} and e.recorded_at >= ${from})
    or not exists (select from json_array_elements(${list}::json) p cross join lateral (
        select min(e.occurred_at_us - coalesce(e.time_us, 0)) as start
        from runfold_internal.event e, ${nowSql} where ${own} and e.corrects is null
          and pg_visible_in_snapshot(${writer}::text::xid8, (p->>0)::pg_snapshot)) s
      where s.start > (p->>1)::bigint or (s.start = (p->>1)::bigint
        and (p->2 is null or (${ids.map((name) => `r.${name}`).join(', ')}) >= (${texts.join(', ')})))))`);
}
