import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Database } from '../../postgres/database.js';
import { type ApiKey, type KeyScope, noteKeyUse } from '../../store/api-keys.js';
import { createKnownKeys } from '../access/known-keys.js';
import { refuseBrowsers, refuseOtherSites } from '../access/own-page.js';
import { keysInCookie } from '../access/session-cookie.js';
import { ProblemError } from '../problems/problem.js';
import type { Caller } from './caller.js';
import type { RateLimit } from './rate-limit.js';

/** Authenticates callers and gives each the access to its project. */
export interface Access {
  /**
   * `isOtlp` also accepts the key as `x-api-key`, and a bearer token that is still percent-encoded: exporters
   * of OpenTelemetry read their headers from a variable, and not all of them decode it.
   * @throws ProblemError 401, 403 or 421
   */
  admit(request: IncomingMessage, scope: KeyScope, isOtlp?: boolean): Promise<Caller>;
  /** Whether callers need a key. */
  needsKey(): Promise<boolean>;
  /** The valid keys in a request's cookie, one per project. */
  signedIn(request: IncomingMessage): Promise<readonly SignedIn[]>;
  /** Whether browsers reach the service only over TLS. */
  readonly is_secure: boolean;
}

/** A key of a browser, and the key string. */
export interface SignedIn {
  readonly key: ApiKey;
  readonly text: string;
}

const mostNoted = 1_000;

export function createAccess(options: {
  readonly database: Database;
  readonly log: Logger;
  /** The project of callers without a key. */
  readonly project: number;
  /** Whether callers without a key are admitted while there are no keys. */
  readonly is_loopback: boolean;
  readonly is_secure: boolean;
  /** Called for an unknown key, to count it against the limit of an address. */
  readonly strangers: RateLimit;
}): Access {
  const { database, log, project, is_loopback, is_secure, strangers } = options;
  const keys = createKnownKeys(database, is_loopback, (address) => strangers.take(address));
  const noted = new Map<string, number>();

  const noteUse = ({ id }: ApiKey) => {
    const minute = Math.floor(Date.now() / 60_000);
    if (noted.get(id) === minute) return;
    if (noted.size >= mostNoted) noted.clear();
    noted.set(id, minute);
    noteKeyUse(database, id).catch((error) =>
      log.warn({ err: error, key_id: id }, 'could not record the use of a key'),
    );
  };

  const signedIn: Access['signedIn'] = async (request) => {
    const texts = keysInCookie(request.headers.cookie, is_secure);
    const found = await Promise.all(
      texts.map(async (text) => ({ text, key: await keys.find(text, addressOf(request)) })),
    );
    return found.flatMap(({ text, key }) => (key?.kind === 'browser' ? [{ text, key }] : []));
  };

  const keyOfBrowser = async (request: IncomingMessage) => {
    refuseOtherSites(request);
    const all = await signedIn(request);
    const wanted = wantedProject(request);
    return all.find(({ key }) => wanted === undefined || String(key.project) === wanted)?.key;
  };

  return {
    is_secure,
    signedIn,
    needsKey: keys.areNeeded,
    async admit(request, scope, isOtlp = false) {
      const authorization = isOtlp ? otlpAuthorization(request) : request.headers.authorization;
      const hasCookie =
        authorization === undefined && keysInCookie(request.headers.cookie, is_secure).length > 0;
      if (authorization === undefined && !hasCookie && !(await keys.areNeeded())) {
        refuseBrowsers(request);
        return { project, key: undefined };
      }
      const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      const key = hasCookie
        ? await keyOfBrowser(request)
        : text === undefined
          ? undefined
          : await keys.find(text, addressOf(request));
      if (key === undefined) throw unauthorized(authorization);
      if (!key.scopes.includes(scope)) {
        throw new ProblemError(
          'wrong_scope',
          `The key needs the scope ${scope}, but has ${key.scopes.join(', ')}.`,
        );
      }
      noteUse(key);
      return { project: key.project, key };
    },
  };
}

const addressOf = ({ socket }: IncomingMessage) => socket.remoteAddress ?? '';

/** The project that a browser means: if it is signed in to several, the query has `project`. */
function wantedProject({ url = '' }: IncomingMessage): string | undefined {
  const [, search = ''] = url.split('?');
  return new URLSearchParams(search).get('project') ?? undefined;
}

function otlpAuthorization({ headers }: IncomingMessage): string | undefined {
  const { authorization, 'x-api-key': key } = headers;
  if (authorization === undefined) return typeof key === 'string' ? `Bearer ${key}` : undefined;
  return authorization.replace(/^(Bearer)(%20)+/i, '$1 ');
}

function unauthorized(authorization: string | undefined): ProblemError {
  return new ProblemError(
    'unauthorized',
    `${
      authorization === undefined ? 'The header Authorization is missing' : 'The key is not valid'
    }. Send "Authorization: Bearer rf_…" with a key from "runfold keys create".`,
    { headers: { 'www-authenticate': 'Bearer realm="runfold"' } },
  );
}
