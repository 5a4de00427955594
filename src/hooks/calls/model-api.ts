import type { JsonObject } from '../../ingest/formats/log/log-record.js';

/** Follows the events of one stream. */
export interface StreamReader {
  /** Takes the data of the next event. */
  read(data: JsonObject): void;
  /** Whether the model has said anything yet. */
  hasBegun(): boolean;
  /** Whether the last event of the answer is there. */
  isWhole(): boolean;
  /** The answer as it would have come in one piece, as far as figures go. */
  body(): JsonObject;
  /** The kind of error that the stream reported, if any. */
  error(): string | undefined;
}

/** An API of models over HTTP: which requests are calls of a model, and how its streams say what was used. */
export interface ModelApi {
  /** Whether a POST to a path calls a model. */
  isCall(path: string): boolean;
  openStream(): StreamReader;
  /**
   * A request that makes the stream report its usage; undefined if it does so anyway. What comes only for
   * that is kept from the caller: `hide` says which events, and cleans the others.
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
