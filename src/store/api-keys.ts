import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { codeOf } from '../environment/error-fields.js';
import type { Database } from '../postgres/database.js';
import { foreignKeyViolation } from '../postgres/sql-states.js';
import { ProjectError } from './projects.js';
import { utcTextSql } from './sql-units.js';

/**
 * What a key allows: sending events, reading its project, managing the keys of its project, and
 * operating the whole store, with its projects and rebuilds.
 */
export const keyScopes = ['ingest', 'read', 'admin', 'operate'] as const;
export type KeyScope = (typeof keyScopes)[number];

/** A key as it is stored; only its holder knows the secret. */
export interface ApiKey {
  /** The public part of the key. */
  readonly id: string;
  readonly project: number;
  /** What the key is for, in words. */
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  /** RFC 3339 in UTC. */
  readonly created_at: string;
  /** To the minute; null if never used. */
  readonly last_used_at: string | null;
  /** Null while the key is valid. */
  readonly revoked_at: string | null;
  /** The time from which it is refused; null for never. */
  readonly expires_at: string | null;
  /** A `browser` key belongs to a browser that signed in with another key. */
  readonly kind: 'key' | 'browser';
  /** The key that a browser signed in with; the browser's key ends with it. */
  readonly parent_id: string | null;
}

/** A new key. */
export interface CreatedKey extends ApiKey {
  /** The key itself, `rf_<id>_<secret>`. It is shown only once and not stored. */
  readonly key: string;
}

const utc = (column: string) => `${utcTextSql(column)} as ${column}`;
const columns = `id, project, name, scopes, ${utc('created_at')}, ${utc('last_used_at')}, ${utc('revoked_at')}, ${utc('expires_at')}, kind, parent_id`;
type Row = ApiKey & Record<string, unknown>;

/** How long a browser stays signed in without a request, and at most. */
const idleLife = "interval '12 hours'";
const wholeLife = "interval '30 days'";

/** Whether a row `k` is valid: neither it nor its parent key is revoked or expired. */
const isGood = `k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
  and (k.parent_id is null or exists (select from runfold_internal.api_key p
    where p.id = k.parent_id and p.revoked_at is null))`;

export const keyPattern = /^rf_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/**
 * The hash of a secret. SHA-256 without salt or stretching is enough, because a secret is 256 random bits
 * and cannot be guessed.
 */
const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

/** Creates a key. @throws ProjectError `unknown_project` */
export async function createKey(
  database: Database,
  options: {
    readonly project: number;
    readonly scopes: readonly KeyScope[];
    readonly name?: string | undefined;
    /** The key that a browser signs in with; undefined for a key that is valid until it is revoked. */
    readonly parent_id?: string | undefined;
  },
): Promise<CreatedKey> {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const scopes = keyScopes.filter((scope) => options.scopes.includes(scope));
  try {
    const [row] = await database.query<Row>(
      `insert into runfold_internal.api_key
        (id, project, name, scopes, secret_sha256, parent_id, kind, expires_at)
      values ($1, $2, $3, $4, $5, $6, case when $6::text is null then 'key' else 'browser' end,
        case when $6::text is not null then now() + ${idleLife} end) returning ${columns}`,
      [
        id,
        options.project,
        options.name ?? '',
        scopes,
        hashOf(secret).toString('hex'),
        options.parent_id ?? null,
      ],
    );
    if (row !== undefined) return { ...row, key: `rf_${id}_${secret}` };
  } catch (error) {
    if (codeOf(error) !== foreignKeyViolation) throw error;
  }
  throw new ProjectError(
    'unknown_project',
    `There is no project ${options.project}. See "runfold projects list", or create it with ` +
      `"runfold projects create NAME --id ${options.project}".`,
  );
}

/**
 * The keys of a project, or of all projects, oldest first, including revoked ones. Browsers that signed out
 * or expired more than a day ago are left out.
 */
export async function listKeys(
  database: Database,
  options: { readonly project?: number | undefined } = {},
): Promise<ApiKey[]> {
  return database.query<Row>(
    `select ${columns} from runfold_internal.api_key
    where ($1::integer is null or project = $1)
      and (kind = 'key' or coalesce(revoked_at, expires_at) > now() - interval '1 day') order by api_key.created_at, id`,
    [options.project ?? null],
  );
}

/** Revokes a key permanently; returns it, or undefined if the project has no such key. */
export async function revokeKey(
  database: Database,
  options: { readonly id: string; readonly project: number },
): Promise<ApiKey | undefined> {
  const [row] = await database.query<Row>(
    `update runfold_internal.api_key set revoked_at = coalesce(revoked_at, now())
    where id = $1 and project = $2 returning ${columns}`,
    [options.id, options.project],
  );
  return row;
}

/** Whether a key was ever created: from then on every request needs one. */
export async function hasKeys(database: Database): Promise<boolean> {
  const [row] = await database.query<{ some: boolean }>(
    'select exists (select from runfold_internal.api_key) as some',
  );
  return row?.some === true;
}

/** The valid key for a string; undefined if it is misspelt, unknown, wrong, revoked or expired. */
export async function findKey(database: Database, key: string): Promise<ApiKey | undefined> {
  const [, id, secret] = keyPattern.exec(key) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const [row] = await database.query<Row & { secret_sha256: string; is_good: boolean }>(
    `select ${columns}, secret_sha256, ${isGood} as is_good from runfold_internal.api_key k
    where id = $1`,
    [id],
  );
  // An unknown id takes as long as a wrong secret.
  const expected = row === undefined ? Buffer.alloc(32) : Buffer.from(row.secret_sha256, 'hex');
  const isRight = timingSafeEqual(hashOf(secret), expected);
  if (row === undefined || !isRight || !row.is_good) return undefined;
  const { secret_sha256: _hash, is_good: _good, ...found } = row;
  return found;
}

/** Records that a key was used, so that a browser stays signed in; writes at most once per minute. */
export async function noteKeyUse(database: Database, id: string): Promise<void> {
  await database.query(
    `update runfold_internal.api_key set last_used_at = date_trunc('minute', now()),
      expires_at = least(now() + ${idleLife}, created_at + ${wholeLife})
        + case when kind = 'browser' then interval '0' end
    where id = $1 and (last_used_at is null or last_used_at < date_trunc('minute', now()))
      and (expires_at is null or expires_at > now())`,
    [id],
  );
}
