/** What a key allows. */
export type ClientKeyScope = 'ingest' | 'read' | 'admin' | 'operate';

/** A key of the project, without the secret. */
export interface ClientKey {
  /** The part of the key that is no secret. */
  readonly id: string;
  readonly project: number;
  /** What it is for, in words. */
  readonly name: string;
  readonly scopes: readonly ClientKeyScope[];
  /** RFC 3339 in UTC. */
  readonly created_at: string;
  /** To the minute; null when never. */
  readonly last_used_at: string | null;
  /** Null while it is good. */
  readonly revoked_at: string | null;
  /** From when on it is refused; null is never. */
  readonly expires_at: string | null;
  /** A `browser` has signed in with another key, with which its own ends. */
  readonly kind: 'key' | 'browser';
  readonly parent_id: string | null;
}

/** Which key to make. */
export interface CreateKeyOptions {
  readonly scopes: readonly ClientKeyScope[];
  /** What it is for, up to 200 characters. Defaults to nothing. */
  readonly name?: string | undefined;
}

/** Whether the service can take and answer requests, and if not, what fails. */
export interface Readiness {
  readonly status: 'ok' | 'failing';
  readonly database: 'ok' | 'failing';
  readonly migrations: 'ok' | 'failing';
  readonly queue: 'ok' | 'failing';
}
