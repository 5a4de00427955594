import { type DeliveryOptions, deliver, dueChannels } from '#runfold/alerts/deliver.js';
import type { Database } from '#runfold/postgres/database.js';

/** Sends what is due to every channel once. Returns how many deliveries were tried. */
export async function deliverDue(database: Database, options: DeliveryOptions): Promise<number> {
  const channels = await dueChannels(database);
  const tried = await Promise.all(channels.map((one) => deliver(database, one, options)));
  return tried.reduce((sum, count) => sum + count, 0);
}
