import { ApiError } from './api-error.js';
import type { CallOptions, HttpCaller } from './http-caller.js';

/** Requests with JSON in both directions. Each throws ApiError if the response is a problem. */
export interface JsonRequests {
  send<T>(method: string, path: string, body?: object, more?: CallOptions): Promise<T>;
  get<T>(path: string, query?: object): Promise<T>;
  post<T>(path: string, body: object, more?: CallOptions): Promise<T>;
  /** The same as `get`; undefined if there is no such thing. */
  find<T>(path: string, query?: object): Promise<T | undefined>;
  /** The `items` of a response. */
  list<T>(path: string, query?: object): Promise<readonly T[]>;
  /** Deletes; returns what was deleted, or undefined if there is no such thing. */
  remove<T>(path: string): Promise<T | undefined>;
}

export function createJsonRequests(caller: HttpCaller): JsonRequests {
  const send = async <T>(method: string, path: string, body?: object, more?: CallOptions) => {
    const headers = { 'content-type': 'application/json' };
    const given = body === undefined ? {} : { body: JSON.stringify(body), headers };
    return (await (await caller.call(method, path, { ...given, ...more })).json()) as T;
  };
  const get = <T>(path: string, query: object = {}) =>
    send<T>('GET', path, undefined, { query: { ...query } });
  return {
    send,
    get,
    post: (path, body, more) => send('POST', path, body, more),
    find: (path, query) => ifFound(get(path, query)),
    list: async <T>(path: string, query?: object) =>
      (await get<{ readonly items: readonly T[] }>(path, query)).items,
    remove: (path) => ifFound(send('DELETE', path)),
  };
}

/** The result of a request; undefined if what it names does not exist. */
export async function ifFound<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return undefined;
    throw error;
  }
}
