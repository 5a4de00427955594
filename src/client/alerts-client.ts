import type { Channel, NewChannel } from '../alerts/channels.js';
import type { AlertRecord } from '../alerts/history.js';
import type { AlertRule, NewRule } from '../alerts/rules.js';
import { ApiError } from './api-error.js';
import type { HttpCaller } from './http-caller.js';

/** Alerts of the key's project. */
export interface AlertsClient {
  /** The rules by name, each with the number of its values that are firing. */
  listAlerts(): Promise<readonly AlertRule[]>;
  /**
   * Creates a rule. Needs a key for `admin`. All of the following need one too, except the history.
   */
  createAlert(options: NewRule): Promise<AlertRule>;
  /** Deletes a rule; its history is kept. Undefined if no rule has that name. */
  dropAlert(options: { readonly name: string }): Promise<AlertRule | undefined>;
  /** The alerts that fired and resolved, newest first, with their deliveries. */
  listAlertHistory(options?: {
    readonly rule?: string | undefined;
    readonly limit?: number | undefined;
  }): Promise<readonly AlertRecord[]>;
  listChannels(): Promise<readonly Channel[]>;
  /** Creates a channel. A webhook's signing secret is only in this response. */
  createChannel(options: NewChannel): Promise<Channel & { readonly signing_secret?: string }>;
  /** Sends a sample. @throws ApiError `not_delivered`, which says why it failed */
  testChannel(options: { readonly name: string }): Promise<{ readonly delivered: true }>;
  /** Deletes a channel; undefined if no channel has that name. */
  dropChannel(options: { readonly name: string }): Promise<Channel | undefined>;
}

export function createAlertsClient(caller: HttpCaller): AlertsClient {
  const send = async <T>(method: string, path: string, body?: object, more: object = {}) => {
    const headers = { 'content-type': 'application/json' };
    const given = body === undefined ? {} : { body: JSON.stringify(body), headers };
    return (await (await caller.call(method, path, { ...given, ...more })).json()) as T;
  };
  const drop = async <T>(path: string): Promise<T | undefined> => {
    try {
      return await send<T>('DELETE', path);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return undefined;
      throw error;
    }
  };
  const itemsOf = async <T>(path: string, query: object = {}) =>
    (await send<{ readonly items: readonly T[] }>('GET', path, undefined, { query: { ...query } }))
      .items;
  const named = (of: string, name: string) => `/v1/${of}/${encodeURIComponent(name)}`;
  return {
    listAlerts: () => itemsOf('/v1/alerts'),
    createAlert: (options) => send('POST', '/v1/alerts', options),
    dropAlert: ({ name }) => drop(named('alerts', name)),
    listAlertHistory: (query) => itemsOf('/v1/alerts/history', query),
    listChannels: () => itemsOf('/v1/channels'),
    createChannel: (options) => send('POST', '/v1/channels', options),
    testChannel: ({ name }) => send('POST', `${named('channels', name)}/test`, {}, { retries: 0 }),
    dropChannel: ({ name }) => drop(named('channels', name)),
  };
}
