import type { Database } from '../../postgres/database.js';
import { getDataRange } from '../../query/usage/data-range.js';

/** Says which range is empty, and when there are events. */
export async function emptyText(
  database: Database,
  project: number | undefined,
  range: { readonly from: string; readonly to: string },
  what: string,
): Promise<string> {
  const kept = await getDataRange(database, { project });
  const said = `${what} from ${range.from} to ${range.to}.`;
  if (kept === undefined) return `${said} There are no events yet.`;
  return `${said} There are events from ${kept.from} to ${kept.to}: see --from and --to.`;
}
