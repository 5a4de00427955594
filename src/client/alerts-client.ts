import type { Channel, NewChannel } from '../alerts/channels.js';
import type { AlertRecord, ListAlertHistoryOptions } from '../alerts/history.js';
import type { NewRule } from '../alerts/new-rule.js';
import type { AlertRule } from '../alerts/rules.js';
import type { Page } from '../query/page.js';
import type { HttpCaller } from './http-caller.js';
import { createJsonRequests, ifFound } from './json-requests.js';

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
  /**
   * Mutes a rule for a number of minutes; 0 ends its mute. Its channels get notifications when the
   * mute ends, for values that are still firing then. Undefined if no rule has that name.
   */
  muteAlert(options: {
    readonly name: string;
    readonly minutes: number;
  }): Promise<AlertRule | undefined>;
  /** The alerts that fired and resolved, newest first, with their deliveries. */
  listAlertHistory(options?: Omit<ListAlertHistoryOptions, 'project'>): Promise<Page<AlertRecord>>;
  listChannels(): Promise<readonly Channel[]>;
  /** Creates a channel. A webhook's signing secret is only in this response. */
  createChannel(options: NewChannel): Promise<Channel & { readonly signing_secret?: string }>;
  /** Sends a sample. @throws ApiError `not_delivered`, which says why it failed */
  testChannel(options: { readonly name: string }): Promise<{ readonly delivered: true }>;
  /** Deletes a channel; undefined if no channel has that name. */
  dropChannel(options: { readonly name: string }): Promise<Channel | undefined>;
}

export function createAlertsClient(caller: HttpCaller): AlertsClient {
  const { get, list, post, remove } = createJsonRequests(caller);
  const named = (of: string, name: string) => `/v1/${of}/${encodeURIComponent(name)}`;
  return {
    listAlerts: () => list('/v1/alerts'),
    createAlert: (options) => post('/v1/alerts', options),
    dropAlert: ({ name }) => remove(named('alerts', name)),
    muteAlert: ({ name, minutes }) => ifFound(post(`${named('alerts', name)}/mute`, { minutes })),
    listAlertHistory: (query) => get('/v1/alerts/history', query),
    listChannels: () => list('/v1/channels'),
    createChannel: (options) => post('/v1/channels', options),
    testChannel: ({ name }) => post(`${named('channels', name)}/test`, {}, { retries: 0 }),
    dropChannel: ({ name }) => remove(named('channels', name)),
  };
}
