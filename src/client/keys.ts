/** What a key allows. */
export type ClientKeyScope = 'ingest' | 'read' | 'admin' | 'operate';

/** A key of the project, without the secret. */
export interface ClientKey {
  /** The public part of the key. */
  readonly id: string;
  readonly project: number;
  /** What the key is for, in words. */
  readonly name: string;
  readonly scopes: readonly ClientKeyScope[];
  /** RFC 3339 in UTC. */
  readonly created_at: string;
  /** To the minute; null if never used. */
  readonly last_used_at: string | null;
  /** Null while the key is valid. */
  readonly revoked_at: string | null;
  /** The time from which it is refused; null for never. */
  readonly expires_at: string | null;
  /** A `browser` key belongs to a browser that signed in with another key; it ends with that key. */
  readonly kind: 'key' | 'browser';
  readonly parent_id: string | null;
}

/** A key to create. */
export interface CreateKeyOptions {
  readonly scopes: readonly ClientKeyScope[];
  /** What the key is for, up to 200 characters. Defaults to ''. */
  readonly name?: string | undefined;
}

/** Whether the service can handle requests, and if not, what fails. */
export interface Readiness {
  readonly status: 'ok' | 'failing';
  readonly database: 'ok' | 'failing';
  readonly migrations: 'ok' | 'failing';
  readonly queue: 'ok' | 'failing';
}
