import type { Metrics } from '../../../events/metric-fields.js';
import type { Draft } from '../log/log-format.js';
import { type JsonObject, present, timeText } from '../log/log-record.js';
import { anthropicProvider } from '../log/model-name.js';
import {
  type ClaudeCounts,
  claudeMetrics,
  greater,
  type InnerCall,
  isGreater,
  isNothing,
  packCounts,
  unpackCounts,
} from './claude-usage.js';

/** Who a message or a tool call belongs to. */
export interface ClaudePlace {
  readonly session: string;
  readonly run: string;
  readonly parent: string | undefined;
  readonly agent: string;
  /** 1 in a sidechain, which may only repeat what the main chain owns. */
  readonly rank: number;
}

/** One message of a chain, as its lines have told it so far. */
export interface ClaudeMessage {
  readonly id: string;
  /** `message.id`, which gateways may use again. */
  readonly raw: string;
  readonly place: ClaudePlace;
  /** The time of its first line, in microseconds. */
  readonly time: number;
  /** The `uuid` of its last line. */
  last: string;
  model: string | undefined;
  counts: ClaudeCounts;
  inner: readonly InnerCall[];
  cost: number | undefined;
  seconds: number | undefined;
  /** Whether the client wrote how it stopped, so that its figures are final. */
  isFinal: boolean;
  /** The counts that were last returned; undefined if none were. */
  sent: ClaudeCounts | undefined;
}

/** What one line says of a message. */
export interface ClaudeLine {
  readonly uuid: string;
  readonly model: string | undefined;
  readonly counts: ClaudeCounts;
  readonly inner: readonly InnerCall[];
  readonly cost: number | undefined;
  readonly seconds: number | undefined;
  readonly isFinal: boolean;
}

/** Adds a line: the figures grow, and the last line's model holds. */
export function addLine(message: ClaudeMessage, line: ClaudeLine): void {
  message.last = line.uuid;
  message.model = line.model ?? message.model;
  message.counts = greater(message.counts, line.counts);
  if (line.inner.length >= message.inner.length) message.inner = line.inner;
  message.cost ??= line.cost;
  message.seconds ??= line.seconds;
  message.isFinal ||= line.isFinal;
}

/** Whether there is something to return that was not returned yet. */
export const isUnsent = (message: ClaudeMessage): boolean =>
  message.sent === undefined || isGreater(message.counts, message.sent);

/** The events of a message with its figures as far as known, and of the calls made within it. */
export function messageDrafts(message: ClaudeMessage): Draft[] {
  const { id, place, model, counts, inner } = message;
  message.sent = counts;
  const draft = (eventId: string, servedBy: string | undefined, metrics: Metrics): Draft => ({
    key: id,
    rank: place.rank,
    partial: !message.isFinal,
    event: present({
      type: 'message' as const,
      role: 'assistant' as const,
      id: eventId,
      ...placeFields(place),
      occurred_at: timeText(message.time),
      model: servedBy,
      provider: anthropicProvider(message.raw, servedBy?.replace(/^[a-z]+\//, '')),
      metrics,
    }),
  });
  const { cost, seconds: time } = message;
  const own = present({ ...claudeMetrics(counts), cost, time });
  return [
    ...(isNothing(counts) ? [] : [draft(id, model, own)]),
    ...inner.map((call) => draft(`${id}/${call.name}`, call.model, claudeMetrics(call.counts))),
  ];
}

/** The fields of an event that say who it belongs to. */
export const placeFields = ({ session, run, parent, agent }: ClaudePlace) => ({
  session_id: session,
  run_id: run,
  ...(parent === undefined ? {} : { parent_run_id: parent }),
  agent_id: agent,
});

/** For a checkpoint. */
export function saveMessage(message: ClaudeMessage): JsonObject {
  const { counts, sent, inner, ...rest } = message;
  return {
    ...rest,
    counts: packCounts(counts),
    sent: sent === undefined ? null : packCounts(sent),
    inner: inner.map((call) => ({ ...call, counts: packCounts(call.counts) })),
  };
}

/** The inverse of `saveMessage`, of what this file has written itself. */
export function loadMessage(saved: JsonObject): ClaudeMessage {
  const message = saved as unknown as ClaudeMessage;
  const packed = saved as unknown as {
    counts: (number | null)[];
    sent: (number | null)[] | null;
    inner: (Omit<InnerCall, 'counts'> & { counts: (number | null)[] })[];
  };
  return {
    ...message,
    counts: unpackCounts(packed.counts),
    sent: packed.sent === null ? undefined : unpackCounts(packed.sent),
    inner: packed.inner.map((call) => ({ ...call, counts: unpackCounts(call.counts) })),
  };
}
