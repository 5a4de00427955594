import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '../postgres/database.js';
import { codeOf } from '../postgres/database-errors.js';
import { ProjectError } from './projects.js';
import { utcTextSql } from './sql-units.js';

/** What a key allows: to send events, to read its project, to manage the keys of its project. */
export const keyScopes = ['ingest', 'read', 'admin'] as const;
export type KeyScope = (typeof keyScopes)[number];

/** A key as it is stored; the key itself is known to its holder alone. */
export interface ApiKey {
  /** The part of the key that is no secret. */
  readonly id: string;
  readonly project: number;
  /** What it is for, in words. */
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  /** RFC 3339 in UTC. */
  readonly created_at: string;
  /** To the minute; null when never. */
  readonly last_used_at: string | null;
  /** Null while it is good. */
  readonly revoked_at: string | null;
}

/** A key that was just made. */
export interface CreatedKey extends ApiKey {
  /** The key itself, `rf_<id>_<secret>`. It is shown this once and stored nowhere. */
  readonly key: string;
}

const utc = (column: string) => `${utcTextSql(column)} as ${column}`;
const columns = `id, project, name, scopes, ${utc('created_at')}, ${utc('last_used_at')}, ${utc('revoked_at')}`;
type Row = ApiKey & Record<string, unknown>;

const keyPattern = /^rf_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/**
 * The hash of a secret. SHA-256 without salt or stretching, because a secret is 256 random bits:
 * there is nothing to guess that a slow hash would make slower.
 */
const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

/** Makes a key. @throws ProjectError `unknown_project` */
export async function createKey(
  database: Database,
  options: {
    readonly project: number;
    readonly scopes: readonly KeyScope[];
    readonly name?: string | undefined;
  },
): Promise<CreatedKey> {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const scopes = keyScopes.filter((scope) => options.scopes.includes(scope));
  try {
    const [row] = await database.query<Row>(
      `insert into runfold_internal.api_key (id, project, name, scopes, secret_sha256)
      values ($1, $2, $3, $4, $5) returning ${columns}`,
      [id, options.project, options.name ?? '', scopes, hashOf(secret).toString('hex')],
    );
    if (row !== undefined) return { ...row, key: `rf_${id}_${secret}` };
  } catch (error) {
    if (codeOf(error) !== '23503') throw error;
  }
  throw new ProjectError(
    'unknown_project',
    `Expected a project ${options.project}, got none of that number. See "runfold projects list".`,
  );
}

/** The keys of a project, or of all, oldest first, revoked ones among them. */
export async function listKeys(
  database: Database,
  options: { readonly project?: number | undefined } = {},
): Promise<ApiKey[]> {
  return database.query<Row>(
    `select ${columns} from runfold_internal.api_key
    where $1::integer is null or project = $1 order by api_key.created_at, id`,
    [options.project ?? null],
  );
}

/** Revokes a key for good; answers it, or undefined when the project has no such key. */
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

/** Whether a key was ever made: from then on nobody is let in without one. */
export async function hasKeys(database: Database): Promise<boolean> {
  const [row] = await database.query<{ some: boolean }>(
    'select exists (select from runfold_internal.api_key) as some',
  );
  return row?.some === true;
}

/** The good key of this text; undefined when it is misspelt, unknown, wrong or revoked. */
export async function findKey(database: Database, key: string): Promise<ApiKey | undefined> {
  const [, id, secret] = keyPattern.exec(key) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const [row] = await database.query<Row & { secret_sha256: string }>(
    `select ${columns}, secret_sha256 from runfold_internal.api_key where id = $1`,
    [id],
  );
  // An unknown id takes as long as a wrong secret.
  const expected = row === undefined ? Buffer.alloc(32) : Buffer.from(row.secret_sha256, 'hex');
  const isRight = timingSafeEqual(hashOf(secret), expected);
  if (row === undefined || !isRight || row.revoked_at !== null) return undefined;
  const { secret_sha256: _hash, ...found } = row;
  return found;
}

/** Notes that a key was used; writes at most once a minute. */
export async function noteKeyUse(database: Database, id: string): Promise<void> {
  await database.query(
    `update runfold_internal.api_key set last_used_at = date_trunc('minute', now())
    where id = $1 and (last_used_at is null or last_used_at < date_trunc('minute', now()))`,
    [id],
  );
}
