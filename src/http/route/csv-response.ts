import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { csvLine } from '../../query/csv.js';
import type { Page, PageOptions } from '../../query/page.js';
import { oneOf } from './parameters.js';
import type { RouteResponse } from './route.js';

/** The maximum number of rows of one file. */
export const mostCsvRows = 100_000;
const pageRows = 1_000;

/** The parameter of routes that also return CSV; a plain link cannot set a header. */
export const csvFormat = {
  format: oneOf(
    ['json', 'csv'],
    `\`csv\`, or \`Accept: text/csv\`, returns CSV; for a list all following rows, up to ${mostCsvRows} or \`limit\``,
  ).optional(),
};

interface CsvQuery {
  readonly format?: 'json' | 'csv' | undefined;
}

/** Whether the response should be CSV. */
export function wantsCsv({ format }: CsvQuery, { headers }: FastifyRequest): boolean {
  return format === undefined ? /^\s*text\/csv\b/i.test(headers.accept ?? '') : format === 'csv';
}

/** A page of a list as JSON, or the rest of the list as a file. */
export async function listResponse<T extends object>(
  { query, request }: { readonly query: CsvQuery & PageOptions; readonly request: FastifyRequest },
  file: string,
  item: z.ZodObject,
  read: (page: PageOptions) => Promise<Page<T>>,
): Promise<RouteResponse> {
  const { limit, cursor } = query;
  if (!wantsCsv(query, request)) return { body: await read({ limit, cursor }) };
  const names = Object.keys(item.shape);
  const most = limit ?? mostCsvRows;
  // Errors of the request must be found before the file starts.
  const first = await read({ limit: Math.min(most, pageRows), cursor });
  return { body: Readable.from(lines(names, first, most, read)), headers: headersOf(file) };
}

/** Rows as a file. */
export function csvResponse(
  file: string,
  names: readonly string[],
  rows: readonly object[],
): RouteResponse {
  return { body: text(names, rows, true), headers: headersOf(file) };
}

async function* lines<T extends object>(
  names: readonly string[],
  first: Page<T>,
  most: number,
  read: (page: PageOptions) => Promise<Page<T>>,
): AsyncGenerator<string> {
  let left = most - first.items.length;
  yield text(names, first.items, true);
  for (let cursor = first.next_cursor; cursor !== undefined && left > 0; ) {
    const page = await read({ limit: Math.min(left, pageRows), cursor });
    yield text(names, page.items, false);
    left -= page.items.length;
    cursor = page.next_cursor;
  }
}

function text(names: readonly string[], rows: readonly object[], hasHead: boolean): string {
  const values = rows.map((row) => names.map((name) => (row as Record<string, unknown>)[name]));
  return [...(hasHead ? [names] : []), ...values].map((line) => `${csvLine(line)}\r\n`).join('');
}

const headersOf = (file: string) => ({
  'content-type': 'text/csv; charset=utf-8; header=present',
  'content-disposition': `attachment; filename="${file}.csv"`,
});
