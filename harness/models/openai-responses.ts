import type { FullReply, ModelApi, StreamEvent } from './planned-answer.js';

const usageOf = ({ usage }: FullReply) => ({
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cached },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
});

const messageId = ({ id }: FullReply) => `msg_${id}`;

const messageOf = (reply: FullReply) => ({
  id: messageId(reply),
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: reply.text, annotations: [], logprobs: [] }],
});

const functionCalls = (reply: FullReply) =>
  reply.tool_calls.map(({ id, name, input }) => ({
    id: `fc_${id}`,
    type: 'function_call',
    status: 'completed',
    call_id: id,
    name,
    arguments: JSON.stringify(input),
  }));

const outputOf = (reply: FullReply) => [
  ...(reply.text === '' ? [] : [messageOf(reply)]),
  ...functionCalls(reply),
];

const response = (reply: FullReply, rest: object) => ({
  id: reply.id,
  object: 'response',
  created_at: reply.created,
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  model: reply.model,
  output: [],
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  service_tier: reply.service_tier ?? 'default',
  store: false,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  truncation: 'disabled',
  usage: null,
  user: null,
  metadata: {},
  ...rest,
});

const completed = (reply: FullReply) =>
  response(reply, { status: 'completed', output: outputOf(reply), usage: usageOf(reply) });

/** Names and numbers the events of a stream. */
const numbered = (events: readonly { readonly type: string }[], first = 0): StreamEvent[] =>
  events.map((data, at) => ({
    name: data.type,
    data: { ...data, sequence_number: first + at },
  }));

/** The API of OpenAI's responses. */
export const openaiResponses: ModelApi = {
  path: '/responses',
  whole: completed,
  opening(reply) {
    const inMessage = { item_id: messageId(reply), output_index: 0, content_index: 0 };
    const message = { ...messageOf(reply), status: 'in_progress', content: [] };
    const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
    const text = [
      { type: 'response.output_item.added', output_index: 0, item: message },
      { type: 'response.content_part.added', ...inMessage, part },
      { type: 'response.output_text.delta', ...inMessage, delta: reply.text, logprobs: [] },
    ];
    return numbered([
      { type: 'response.created', response: response(reply, {}) },
      { type: 'response.in_progress', response: response(reply, {}) },
      ...(reply.text === '' ? [] : text),
    ] as readonly { readonly type: string }[]);
  },
  closing(reply) {
    const inMessage = { item_id: messageId(reply), output_index: 0, content_index: 0 };
    const [part] = messageOf(reply).content;
    const text = [
      { type: 'response.output_text.done', ...inMessage, text: reply.text, logprobs: [] },
      { type: 'response.content_part.done', ...inMessage, part },
      { type: 'response.output_item.done', output_index: 0, item: messageOf(reply) },
    ];
    const before = reply.text === '' ? 0 : 1;
    const calls = functionCalls(reply).flatMap((item, at) => {
      const inCall = { item_id: item.id, output_index: before + at };
      const empty = { ...item, status: 'in_progress', arguments: '' };
      return [
        { type: 'response.output_item.added', output_index: before + at, item: empty },
        { type: 'response.function_call_arguments.delta', ...inCall, delta: item.arguments },
        {
          type: 'response.function_call_arguments.done',
          ...inCall,
          name: item.name,
          arguments: item.arguments,
        },
        { type: 'response.output_item.done', output_index: before + at, item },
      ];
    });
    return numbered(
      [
        ...(before === 0 ? [] : text),
        ...calls,
        { type: 'response.completed', response: completed(reply) },
      ] as readonly { readonly type: string }[],
      before === 0 ? 2 : 5,
    );
  },
  failure: ({ status, type, message }) => ({
    error: {
      message: message ?? `Planned failure ${status}`,
      type: type ?? (status === 429 ? 'rate_limit_error' : 'server_error'),
      param: null,
      code: status === 429 ? 'rate_limit_exceeded' : null,
    },
  }),
  streamFailure(reply) {
    const error = { code: 'server_error', message: 'Planned failure' };
    const data = {
      type: 'response.failed',
      sequence_number: 5,
      response: response(reply, { status: 'failed', error, usage: usageOf(reply) }),
    };
    return { name: data.type, data };
  },
};
