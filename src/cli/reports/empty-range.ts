import type { Database } from '../../postgres/database.js';
import { getDataRange } from '../../query/usage/data-range.js';

/** Says that a range is empty, which range that is, and where there is something. */
export async function emptyText(
  database: Database,
  project: number | undefined,
  range: { readonly from: string; readonly to: string },
  what: string,
): Promise<string> {
  const kept = await getDataRange(database, { project });
  const said = `${what} from ${range.from} to ${range.to}.`;
  if (kept === undefined) return `${said} There are no events yet.`;
  return `${said} The events lie between ${kept.from} and ${kept.to}: see --from and --to.`;
}
