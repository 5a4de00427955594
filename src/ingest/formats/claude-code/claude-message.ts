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

/** The owner of a message or a tool call. */
export interface ClaudePlace {
  readonly session: string;
  readonly run: string;
  readonly parent: string | undefined;
  readonly agent: string;
  /** 1 in a sidechain, which may only repeat messages of the main chain. */
  readonly rank: number;
}

/** One message of a chain, from its lines so far. */
export interface ClaudeMessage {
  readonly id: string;
  /** `message.id`, which gateways may reuse. */
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
  /** Whether the client wrote the stop reason, so that its figures are final. */
  isFinal: boolean;
  /** The counts that were last returned; undefined if none were. */
  sent: ClaudeCounts | undefined;
}

/** The data of one line of a message. */
export interface ClaudeLine {
  readonly uuid: string;
  readonly model: string | undefined;
  readonly counts: ClaudeCounts;
  readonly inner: readonly InnerCall[];
  readonly cost: number | undefined;
  readonly seconds: number | undefined;
  readonly isFinal: boolean;
}

/** Adds a line: the figures grow, and the model of the last line is used. */
export function addLine(message: ClaudeMessage, line: ClaudeLine): void {
  message.last = line.uuid;
  message.model = line.model ?? message.model;
  message.counts = greater(message.counts, line.counts);
  if (line.inner.length >= message.inner.length) message.inner = line.inner;
  message.cost ??= line.cost;
  message.seconds ??= line.seconds;
  message.isFinal ||= line.isFinal;
}

/** Whether there are figures that were not returned yet. */
export const isUnsent = (message: ClaudeMessage): boolean =>
  message.sent === undefined || isGreater(message.counts, message.sent);

/** The events of a message with its known figures, and of the calls within it. */
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

/** The fields of an event that identify its owner. */
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

/** The inverse of `saveMessage`, only for what this file has written. */
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
