import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicMessages } from './anthropic-messages.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';
import type {
  FullReply,
  ModelApi,
  ModelRequest,
  PlannedAnswer,
  PlannedReply,
  StreamEvent,
} from './planned-answer.js';

/** A server with the APIs of models that returns planned answers. */
export interface ModelServer {
  /** `http://127.0.0.1:PORT`, without the `/v1` that some SDKs need at its end. */
  readonly url: string;
  /** All requests so far. */
  readonly requests: readonly ModelRequest[];
  /** Sets the answers to the next requests, in order, for any model. */
  plan(...answers: readonly PlannedAnswer[]): void;
  /** Sets the answers to the next requests for a model. They have priority over those of `plan`. */
  planFor(model: string, ...answers: readonly PlannedAnswer[]): void;
  /** The number of planned answers that were not requested. */
  unused(): number;
  /** Forgets requests and plans. */
  reset(): void;
  close(): Promise<void>;
}

const apis: readonly ModelApi[] = [openaiChat, openaiResponses, anthropicMessages];

/** Starts a server of models on a separate port. A request without a planned answer gets a 400. */
export async function startModelServer(): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const plans: PlannedAnswer[] = [];
  const plansOf = new Map<string, PlannedAnswer[]>();
  let replies = 0;

  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    const api = apis.find(({ path }) => pathname.endsWith(path));
    const request = { path: pathname, headers: incoming.headers, body: await bodyOf(incoming) };
    requests.push(request);
    if (api === undefined || incoming.method !== 'POST') {
      return sendJson(response, 404, { error: { message: `No API of a model at ${pathname}` } });
    }
    const planned = plansOf.get(String(request.body.model))?.shift() ?? plans.shift();
    if (planned === undefined) {
      const failure = { status: 400, type: 'nothing_planned', message: 'Nothing was planned' };
      return sendJson(response, 400, api.failure(failure));
    }
    if ('status' in planned) return sendJson(response, planned.status, api.failure(planned));
    replies += 1;
    const reply = fill(planned, request, replies);
    if (request.body.stream !== true && planned.after_text === undefined) {
      return sendJson(response, 200, api.whole(reply));
    }
    await stream(response, api, reply, request);
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    plan: (...answers) => void plans.push(...answers),
    planFor: (model, ...answers) =>
      void plansOf.set(model, [...(plansOf.get(model) ?? []), ...answers]),
    unused: () => [...plansOf.values()].reduce((sum, list) => sum + list.length, plans.length),
    reset() {
      requests.length = 0;
      plans.length = 0;
      plansOf.clear();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<ModelRequest['body']> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : JSON.parse(text);
}

function fill(planned: PlannedReply, request: ModelRequest, count: number): FullReply {
  return {
    id: `reply_${count}`,
    model: planned.model ?? String(request.body.model),
    text: planned.text ?? '',
    tool_calls: (planned.tool_calls ?? []).map((call, at) => ({
      id: `call_${count}_${at}`,
      ...call,
    })),
    usage: {
      cached: 0,
      cache_write: 0,
      cache_write_1h: 0,
      reasoning: 0,
      input_audio: 0,
      output_audio: 0,
      ...(planned.usage ?? { input: 0, output: 0 }),
    },
    service_tier: planned.service_tier,
    after_text: planned.after_text,
    created: Math.floor(Date.now() / 1000),
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  // SDKs wait for the time in this header before they retry.
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' });
  response.end(JSON.stringify(body));
}

async function stream(
  response: ServerResponse,
  api: ModelApi,
  reply: FullReply,
  request: ModelRequest,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const send = (events: readonly StreamEvent[]) => {
    for (const { name, data } of events) {
      response.write(
        `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`,
      );
    }
  };
  send(api.opening(reply, request));
  if (reply.after_text === 'hold') {
    await new Promise((resolve) => response.once('close', resolve));
    return;
  }
  if (reply.after_text === 'cut') {
    // The data must be sent before the connection is closed.
    response.write(': the end\n\n', () => response.destroy());
    return;
  }
  if (reply.after_text === 'error') {
    send([api.streamFailure(reply)]);
    response.end();
    return;
  }
  send(api.closing(reply, request));
  response.end(api.last ?? '');
}
