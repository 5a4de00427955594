import { isRawObject } from '../../events/check/normalize-event.js';
import { type JsonObject, objectsAt } from '../../ingest/formats/log/log-record.js';
import { errorKind, type ModelApi, type StreamReader } from './model-api.js';

/** Chat completions of OpenAI and compatible services, and the older completions. */
const chatCompletions: ModelApi = {
  isCall: (path) => path.endsWith('/completions'),

  openStream(): StreamReader {
    let last: JsonObject = {};
    let usage: unknown;
    let [begun, whole] = [false, false];
    let failure: string | undefined;
    return {
      read(chunk) {
        if (isRawObject(chunk.error)) failure ??= errorKind(chunk.error);
        if (typeof chunk.model === 'string') last = chunk;
        if (isRawObject(chunk.usage)) usage = chunk.usage;
        for (const choice of objectsAt(chunk, 'choices')) {
          if (typeof choice.finish_reason === 'string') whole = true;
          begun ||= isRawObject(choice.delta) ? saysSomething(choice.delta) : Boolean(choice.text);
        }
      },
      hasBegun: () => begun,
      isWhole: () => whole,
      body: () => ({ model: last.model, service_tier: last.service_tier, usage }),
      error: () => failure,
    };
  },

  askForUsage(request) {
    const options = isRawObject(request.stream_options) ? request.stream_options : {};
    if (request.stream !== true || options.include_usage === true) return undefined;
    return { ...request, stream_options: { ...options, include_usage: true } };
  },

  /** The usage is in a separate chunk without choices, and null in all others. */
  hide(block, data) {
    if (data === undefined || !('usage' in data)) return block;
    const isForUsage = isRawObject(data.usage) && objectsAt(data, 'choices').length === 0;
    // Within a string in the JSON, the quotes would be escaped.
    return isForUsage ? '' : block.replace(/,\s*"usage"\s*:\s*null/, '');
  },
};

/** Whether a delta has more than its role: text, a refusal, reasoning, a tool call, audio. */
function saysSomething({ role: _role, ...delta }: JsonObject): boolean {
  return Object.values(delta).some(
    (value) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
  );
}

const lastEvents = new Set(['response.completed', 'response.incomplete', 'response.failed']);

const responses: ModelApi = {
  isCall: (path) => path.endsWith('/responses'),

  openStream(): StreamReader {
    let latest: JsonObject = { object: 'response' };
    let [begun, whole] = [false, false];
    let failure: string | undefined;
    return {
      read({ type, response, ...event }) {
        if (isRawObject(response)) {
          latest = response;
          if (isRawObject(response.error)) failure ??= errorKind(response.error);
        }
        if (type === 'error') failure ??= errorKind(isRawObject(event.error) ? event.error : event);
        begun ||= String(type).endsWith('.delta');
        whole ||= lastEvents.has(String(type));
      },
      hasBegun: () => begun,
      isWhole: () => whole,
      body: () => latest,
      error: () => failure,
    };
  },
};

/** The APIs of OpenAI's clients. */
export const openaiApis: readonly ModelApi[] = [chatCompletions, responses];
