import type { FullReply, ModelApi, ModelRequest, StreamEvent } from './planned-answer.js';

const usageOf = ({ usage }: FullReply) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: usage.input_audio },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoning,
    audio_tokens: usage.output_audio,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const finishOf = ({ tool_calls }: FullReply) => (tool_calls.length > 0 ? 'tool_calls' : 'stop');

const toolCallsOf = ({ tool_calls }: FullReply) =>
  tool_calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));

const wantsUsage = ({ body }: ModelRequest) => body.stream_options?.include_usage === true;

function chunk(reply: FullReply, request: ModelRequest, rest: object): StreamEvent {
  const { id, created, model, service_tier } = reply;
  return {
    data: {
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      ...(service_tier === undefined ? {} : { service_tier }),
      system_fingerprint: null,
      ...(wantsUsage(request) ? { usage: null } : {}),
      ...rest,
    },
  };
}

const choice = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, logprobs: null, finish_reason }],
});

/** The API of OpenAI's chat completions. */
export const openaiChat: ModelApi = {
  path: '/chat/completions',
  last: 'data: [DONE]\n\n',
  whole: (reply) => ({
    id: reply.id,
    object: 'chat.completion',
    created: reply.created,
    model: reply.model,
    ...(reply.service_tier === undefined ? {} : { service_tier: reply.service_tier }),
    system_fingerprint: null,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: reply.text === '' ? null : reply.text,
          refusal: null,
          annotations: [],
          ...(reply.tool_calls.length > 0 ? { tool_calls: toolCallsOf(reply) } : {}),
        },
        logprobs: null,
        finish_reason: finishOf(reply),
      },
    ],
    usage: usageOf(reply),
  }),
  opening: (reply, request) => [
    chunk(reply, request, choice({ role: 'assistant', content: '', refusal: null })),
    ...(reply.text === '' ? [] : [chunk(reply, request, choice({ content: reply.text }))]),
  ],
  closing: (reply, request) => [
    ...toolCallsOf(reply).flatMap((call, index) => {
      const { arguments: text } = call.function;
      const named = { ...call, index, function: { ...call.function, arguments: '' } };
      return [
        chunk(reply, request, choice({ tool_calls: [named] })),
        chunk(reply, request, choice({ tool_calls: [{ index, function: { arguments: text } }] })),
      ];
    }),
    chunk(reply, request, choice({}, finishOf(reply))),
    ...(wantsUsage(request) ? [chunk(reply, request, { choices: [], usage: usageOf(reply) })] : []),
  ],
  failure: ({ status, type, message }) => ({
    error: {
      message: message ?? `Planned failure ${status}`,
      type: type ?? (status === 429 ? 'rate_limit_error' : 'server_error'),
      param: null,
      code: status === 429 ? 'rate_limit_exceeded' : null,
    },
  }),
  streamFailure: () => ({
    data: {
      error: { message: 'Planned failure', type: 'server_error', param: null, code: null },
    },
  }),
};
