import { isRawObject } from '../../events/check/normalize-event.js';
import { type JsonObject, present } from '../../ingest/formats/log/log-record.js';
import { errorKind, type ModelApi, type StreamReader } from './model-api.js';

const messages: ModelApi = {
  // The clients for Vertex and Bedrock put the model into the path.
  isCall: (path) => /\/messages$|:(stream)?rawPredict$|\/invoke$/i.test(path),

  openStream(): StreamReader {
    let message: JsonObject = {};
    let usage: JsonObject | undefined;
    let [begun, whole] = [false, false];
    let failure: string | undefined;
    return {
      read({ type, ...event }) {
        if (type === 'message_start' && isRawObject(event.message)) message = event.message;
        // Each event repeats the counts so far; a count that is absent or null stays unchanged.
        const counts = type === 'message_start' ? message.usage : event.usage;
        if (isRawObject(counts)) usage = { ...usage, ...withoutNulls(counts) };
        if (type === 'error') failure ??= errorKind(isRawObject(event.error) ? event.error : {});
        begun ||= type === 'content_block_delta';
        whole ||= type === 'message_stop';
      },
      hasBegun: () => begun,
      isWhole: () => whole,
      body: () => ({ id: message.id, model: message.model, usage }),
      error: () => failure,
    };
  },
};

function withoutNulls(counts: JsonObject): JsonObject {
  return present(
    Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, value ?? undefined])),
  );
}

/** The API of Anthropic's clients. */
export const anthropicApis: readonly ModelApi[] = [messages];
