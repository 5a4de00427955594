import type { JsonObject } from '../../ingest/formats/log/log-record.js';

/** Follows the events of one stream. */
export interface StreamReader {
  /** Takes the data of the next event. */
  read(data: JsonObject): void;
  /** Whether the model has produced output yet. */
  hasBegun(): boolean;
  /** Whether the last event of the response has arrived. */
  isWhole(): boolean;
  /** The response as if it had not been streamed, only with its figures. */
  body(): JsonObject;
  /** The kind of error in the stream, if any. */
  error(): string | undefined;
}

/** A model API over HTTP: which requests are model calls, and how its streams report usage. */
export interface ModelApi {
  /** Whether a POST to a path calls a model. */
  isCall(path: string): boolean;
  openStream(): StreamReader;
  /**
   * A request that makes the stream report its usage; undefined if it does so anyway. Additional output is
   * hidden from the caller: `hide` says which events, and cleans the others.
   */
  askForUsage?(request: JsonObject): JsonObject | undefined;
  hide?(block: string, data: JsonObject | undefined): string;
}

/** The kind of an error object, never its message. */
export function errorKind(error: JsonObject | undefined): string | undefined {
  if (error === undefined) return undefined;
  const kind = [error.type, error.code].find((value) => typeof value === 'string' && value !== '');
  return typeof kind === 'string' ? kind : 'error';
}
