import type { FullReply, ModelApi, StreamEvent } from './planned-answer.js';

/** Anthropic does not include the cache in the input. */
function usageOf({ usage, service_tier }: FullReply, output = usage.output) {
  return {
    input_tokens: usage.input - usage.cached - usage.cache_write,
    cache_creation_input_tokens: usage.cache_write,
    cache_read_input_tokens: usage.cached,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cache_write - usage.cache_write_1h,
      ephemeral_1h_input_tokens: usage.cache_write_1h,
    },
    output_tokens: output,
    service_tier: service_tier ?? 'standard',
  };
}

const blocksOf = (reply: FullReply) => [
  ...(reply.text === '' ? [] : [{ type: 'text', text: reply.text }]),
  ...reply.tool_calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
];

const stopReason = ({ tool_calls }: FullReply) => (tool_calls.length > 0 ? 'tool_use' : 'end_turn');

const message = (reply: FullReply, rest: object) => ({
  id: reply.id,
  type: 'message',
  role: 'assistant',
  model: reply.model,
  content: [] as unknown[],
  stop_reason: null as string | null,
  stop_sequence: null,
  ...rest,
});

const named = (events: readonly { readonly type: string }[]): StreamEvent[] =>
  events.map((data) => ({ name: data.type, data }));

const textDelta = (text: string) => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text },
});

/** The API of Anthropic's messages. */
export const anthropicMessages: ModelApi = {
  path: '/messages',
  whole: (reply) =>
    message(reply, {
      content: blocksOf(reply),
      stop_reason: stopReason(reply),
      usage: usageOf(reply),
    }),
  opening(reply) {
    const block = { type: 'text', text: '' };
    return named([
      { type: 'message_start', message: message(reply, { usage: usageOf(reply, 1) }) },
      { type: 'ping' },
      ...(reply.text === ''
        ? []
        : [{ type: 'content_block_start', index: 0, content_block: block }, textDelta(reply.text)]),
    ] as readonly { readonly type: string }[]);
  },
  closing(reply) {
    const before = reply.text === '' ? 0 : 1;
    const calls = reply.tool_calls.flatMap(({ id, name, input }, at) => {
      const index = before + at;
      const delta = { type: 'input_json_delta', partial_json: JSON.stringify(input) };
      return [
        {
          type: 'content_block_start',
          index,
          content_block: { type: 'tool_use', id, name, input: {} },
        },
        { type: 'content_block_delta', index, delta },
        { type: 'content_block_stop', index },
      ];
    });
    return named([
      ...(before === 0 ? [] : [{ type: 'content_block_stop', index: 0 }]),
      ...calls,
      {
        type: 'message_delta',
        delta: { stop_reason: stopReason(reply), stop_sequence: null },
        usage: { output_tokens: reply.usage.output },
      },
      { type: 'message_stop' },
    ] as readonly { readonly type: string }[]);
  },
  failure: ({ status, type, message: text }) => ({
    type: 'error',
    error: {
      type:
        type ??
        (status === 429 ? 'rate_limit_error' : status === 529 ? 'overloaded_error' : 'api_error'),
      message: text ?? `Planned failure ${status}`,
    },
    request_id: 'req_planned',
  }),
  streamFailure: () => ({
    name: 'error',
    data: { type: 'error', error: { type: 'overloaded_error', message: 'Planned failure' } },
  }),
};
