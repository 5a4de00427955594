import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Database } from '../../postgres/database.js';
import { explainDatabaseError, StoreUnavailableError } from '../../postgres/database-errors.js';
import { type ApiKey, findKey, hasKeys, type KeyScope, noteKeyUse } from '../../store/api-keys.js';
import { ProblemError } from '../problems/problem.js';
import type { Caller } from './caller.js';
import type { RateLimit } from './rate-limit.js';

/** Lets callers in, each to its project. */
export interface Access {
  /**
   * `isOtlp` takes the key as `x-api-key` too, and a bearer that is still percent-encoded: exporters
   * of OpenTelemetry read their headers from a variable, and not all of them decode it.
   * @throws ProblemError 401, 403 or 421
   */
  admit(request: IncomingMessage, scope: KeyScope, isOtlp?: boolean): Promise<Caller>;
  /** Whether callers need a key. */
  needsKey(): Promise<boolean>;
}

/** How long an answer of the database is taken for true; a revoked key works no longer than this. */
const trustedMs = 1_000;
/** How long a known key is let in while the database is away, so that ingest goes on. */
const outageMs = 300_000;
const mostKnown = 1_000;

interface Known {
  readonly key: ApiKey;
  readonly at: number;
}

export function createAccess(options: {
  readonly database: Database;
  readonly log: Logger;
  /** The project of callers without a key. */
  readonly project: number;
  /** Whether callers without a key are let in while there are no keys. */
  readonly is_loopback: boolean;
  /** Taken of the allowance of an address for a key that is not known yet. */
  readonly strangers: RateLimit;
}): Access {
  const { database, log, project, is_loopback, strangers } = options;
  const known = new Map<string, Known>();
  const noted = new Map<string, number>();
  let anyKeys = { value: !is_loopback, at: is_loopback ? Number.NEGATIVE_INFINITY : Infinity };

  const needsKey = async () => {
    // A key once made is never forgotten, not even when revoked.
    if (anyKeys.value || performance.now() - anyKeys.at < trustedMs) return anyKeys.value;
    const isKnown = performance.now() - anyKeys.at < outageMs;
    const looking = hasKeys(database).then((value) => {
      anyKeys = { value: anyKeys.value || value, at: performance.now() };
    });
    try {
      await (isKnown ? inTime(looking) : looking);
    } catch (error) {
      if (!isKnown || !isOutage(error)) throw error;
    }
    return anyKeys.value;
  };

  const lookUp = async (text: string, address: string): Promise<ApiKey | undefined> => {
    const now = performance.now();
    const before = known.get(text);
    // A wrong key costs a query each time: nobody may cause these without bound.
    if (before === undefined) strangers.take(address);
    if (before !== undefined && now - before.at < trustedMs) return before.key;
    // One that comes late is noted all the same: a key that was revoked works no longer than that.
    const looking = findKey(database, text).then((key) => {
      if (key === undefined) known.delete(text);
      else {
        if (known.size >= mostKnown) known.clear();
        known.set(text, { key, at: now });
      }
      return key;
    });
    try {
      return await (before === undefined ? looking : inTime(looking));
    } catch (error) {
      if (isOutage(error) && before !== undefined && now - before.at < outageMs) return before.key;
      throw error;
    }
  };

  const noteUse = ({ id }: ApiKey) => {
    const minute = Math.floor(Date.now() / 60_000);
    if (noted.get(id) === minute) return;
    if (noted.size >= mostKnown) noted.clear();
    noted.set(id, minute);
    noteKeyUse(database, id).catch((error) =>
      log.warn({ err: error, key_id: id }, 'could not note the use of a key'),
    );
  };

  return {
    needsKey,
    async admit(request, scope, isOtlp = false) {
      const authorization = isOtlp ? otlpAuthorization(request) : request.headers.authorization;
      if (authorization === undefined && !(await needsKey())) {
        refuseBrowsers(request);
        return { project, key: undefined };
      }
      const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      const key =
        text === undefined ? undefined : await lookUp(text, request.socket.remoteAddress ?? '');
      if (key === undefined) throw unauthorized(authorization);
      if (!key.scopes.includes(scope)) {
        throw new ProblemError(
          'wrong_scope',
          `Expected a key for ${scope}, got one for ${key.scopes.join(', ')}.`,
        );
      }
      noteUse(key);
      return { project: key.project, key };
    },
  };
}

/** How long a database may take to confirm what is known already, in milliseconds. */
const patienceMs = 500;

class LateError extends Error {}

/** An answer that comes in time. @throws LateError */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateError('no answer in time')), patienceMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    // It may still fail, when nobody waits for it any more.
    answer.catch(() => undefined);
  }
}

const isOutage = (error: unknown) =>
  error instanceof LateError || explainDatabaseError(error) instanceof StoreUnavailableError;

function otlpAuthorization({ headers }: IncomingMessage): string | undefined {
  const { authorization, 'x-api-key': key } = headers;
  if (authorization === undefined) return typeof key === 'string' ? `Bearer ${key}` : undefined;
  return authorization.replace(/^(Bearer)(%20)+/i, '$1 ');
}

function unauthorized(authorization: string | undefined): ProblemError {
  return new ProblemError(
    'unauthorized',
    `Expected "Authorization: Bearer rf_…" with a good key, got ${
      authorization === undefined ? 'no such header' : 'another'
    }. Make one with "runfold keys create".`,
    { headers: { 'www-authenticate': 'Bearer realm="runfold"' } },
  );
}

/**
 * Without keys whoever reaches the loopback address is let in, and web pages can make a browser on
 * this machine reach it. The browser says where a request comes from, and a page that has its own
 * name point here (DNS rebinding) gives itself away by the Host.
 */
function refuseBrowsers(request: IncomingMessage): void {
  const site = request.headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  const isPassedOn = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'].some(
    (header) => request.headers[header] !== undefined,
  );
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (
    !isForeign &&
    !isPassedOn &&
    (/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name) || name === '')
  )
    return;
  throw new ProblemError(
    'foreign_origin',
    'Expected a request to this machine by its loopback name, as there are no keys yet, got one ' +
      'from elsewhere. Make a key with "runfold keys create".',
  );
}
