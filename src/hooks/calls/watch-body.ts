import type { JsonObject } from '../../ingest/formats/log/log-record.js';
import type { StreamWatcher } from '../record/pass-through.js';
import type { Recorder } from '../record/recorder.js';
import { createEventBlocks, parseData } from './event-blocks.js';
import type { ModelApi } from './model-api.js';

/** The end of a call, from its response. */
export interface CallEnd {
  /** The response, with its usage if known. */
  readonly body: JsonObject;
  /** When the model produced its first output, by `performance.now()`. */
  readonly first_token_at?: number | undefined;
  /** The kind of error that the API reported. */
  readonly error?: string | undefined;
  /** The error that broke the connection. */
  readonly broken?: { readonly by: unknown } | undefined;
  /** Whether the caller left before the end. */
  readonly left?: boolean | undefined;
}

const encoder = new TextEncoder();
const encoded = (text: string) => (text === '' ? undefined : encoder.encode(text));

/** The maximum length of a response that is not streamed; the usage of longer ones is unknown. */
const mostCharacters = 64 * 1_048_576;

/** Reads a response that is not streamed. */
export function watchJson(
  recorder: Recorder,
  settle: (end: CallEnd) => void,
): StreamWatcher<Uint8Array> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  let isTooLong = false;
  const add = (part: string) => {
    length += part.length;
    if (length > mostCharacters && !isTooLong) {
      isTooLong = true;
      recorder.report(new RangeError(`A response has more than ${mostCharacters} characters.`));
    }
    if (isTooLong) parts = [];
    else parts.push(part);
  };
  return {
    part(bytes) {
      recorder.guard(() => add(decoder.decode(bytes, { stream: true })));
      return bytes;
    },
    end() {
      add(decoder.decode());
      const body = isTooLong ? {} : recorder.guard(() => JSON.parse(parts.join('')));
      settle({ body: body ?? {} });
      return undefined;
    },
    fail: (by) => settle({ body: {}, broken: { by } }),
    cancel: () => settle({ body: {}, left: true }),
  };
}

/** Reads a stream of events; with `hides`, hides from the reader what only the hook requested. */
export function watchEvents(
  api: ModelApi,
  recorder: Recorder,
  hides: boolean,
  settle: (end: CallEnd) => void,
): StreamWatcher<Uint8Array> {
  const blocks = createEventBlocks();
  const stream = api.openStream();
  let firstTokenAt: number | undefined;
  let isLost = false;

  const read = (block: string): string => {
    const data = recorder.guard(() => parseData(block));
    if (data !== undefined) recorder.guard(() => stream.read(data));
    if (firstTokenAt === undefined && stream.hasBegun()) firstTokenAt = performance.now();
    return (hides ? api.hide?.(block, data) : undefined) ?? block;
  };
  const end = (rest: Partial<CallEnd> = {}) =>
    settle({ body: stream.body(), first_token_at: firstTokenAt, error: stream.error(), ...rest });
  /** SDKs leave, or abort, after the last event or an error, without waiting for the end of the connection. */
  const isOver = () => stream.isWhole() || stream.error() !== undefined;

  return {
    part(bytes) {
      if (isLost) return bytes;
      const whole = recorder.guard(() => blocks.add(bytes));
      if (whole === undefined) {
        isLost = true;
        return hides ? encoded(blocks.rest()) : bytes;
      }
      const texts = whole.map(read);
      return hides ? encoded(texts.join('')) : bytes;
    },
    end() {
      const rest = isLost ? '' : blocks.rest();
      const text = rest === '' ? '' : read(rest);
      end();
      return hides ? encoded(text) : undefined;
    },
    fail: (by) => end(isOver() ? {} : { broken: { by } }),
    cancel: () => end({ left: !isOver() }),
  };
}
