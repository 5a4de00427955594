import { within } from '../../environment/within.js';
import type { Database } from '../../postgres/database.js';
import { type ApiKey, findKey, hasKeys } from '../../store/api-keys.js';
import { explainDatabaseError, StoreUnavailableError } from '../../store/store-errors.js';

/** The keys of the store, as cached in a process. */
export interface KnownKeys {
  /** Whether callers need a key. */
  areNeeded(): Promise<boolean>;
  /** The valid key for a string from an address; undefined if there is none. */
  find(text: string, address: string): Promise<ApiKey | undefined>;
}

/** How long a result of the database is cached; a revoked key works no longer than this. */
const trustedMs = 1_000;
/** How long a known key is accepted while the database is unavailable, so that ingest continues. */
const outageMs = 300_000;
const mostKnown = 1_000;

interface Known {
  readonly key: ApiKey;
  readonly at: number;
}

/**
 * `is_loopback` says whether callers without a key are admitted while there are no keys. `takeUnknown` is
 * called with the address of a caller whose key is not known yet: it may throw to refuse it.
 */
export function createKnownKeys(
  database: Database,
  is_loopback: boolean,
  takeUnknown: (address: string) => void,
): KnownKeys {
  const known = new Map<string, Known>();
  let anyKeys = { value: !is_loopback, at: is_loopback ? Number.NEGATIVE_INFINITY : Infinity };
  return {
    async areNeeded() {
      // Keys are never deleted, not even when they are revoked.
      if (anyKeys.value || performance.now() - anyKeys.at < trustedMs) return anyKeys.value;
      const isKnown = performance.now() - anyKeys.at < outageMs;
      const looking = hasKeys(database).then((value) => {
        anyKeys = { value: anyKeys.value || value, at: performance.now() };
      });
      try {
        await (isKnown
          ? within(patienceMs, looking, () => new LateError('no response in time'))
          : looking);
      } catch (error) {
        if (!isKnown || !isOutage(error)) throw error;
      }
      return anyKeys.value;
    },
    async find(text, address) {
      const now = performance.now();
      const before = known.get(text);
      // Each wrong key costs a query, so their number per address is limited.
      if (before === undefined) takeUnknown(address);
      if (before !== undefined && now - before.at < trustedMs) return before.key;
      // A late result is recorded too: a revoked key works no longer than that.
      const looking = findKey(database, text).then((key) => {
        if (key === undefined) known.delete(text);
        else {
          if (known.size >= mostKnown) known.clear();
          known.set(text, { key, at: now });
        }
        return key;
      });
      try {
        return await (before === undefined
          ? looking
          : within(patienceMs, looking, () => new LateError('no response in time')));
      } catch (error) {
        if (isOutage(error) && before !== undefined && now - before.at < outageMs)
          return before.key;
        throw error;
      }
    },
  };
}

/** How long the database may take to confirm a known key, in milliseconds. */
const patienceMs = 500;

class LateError extends Error {}

const isOutage = (error: unknown) =>
  error instanceof LateError || explainDatabaseError(error) instanceof StoreUnavailableError;
