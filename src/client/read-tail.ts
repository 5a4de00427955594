import { sleep } from '../environment/sleep.js';
import type { LoggedEvent } from '../query/log/events.js';
import type { RunTotals } from '../query/totals/totals.js';
import { ApiError } from './api-error.js';
import { type HttpCaller, isPassingStatus } from './http-caller.js';

/** A message of a tail; continue from its `id`. */
export type TailMessage = { readonly id: string } & (
  | { readonly type: 'event'; readonly event: LoggedEvent }
  | { readonly type: 'run'; readonly run: RunTotals }
);

/** What to follow. */
interface TailQuery {
  readonly after?: string | undefined;
  readonly on_place?: ((id: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds before a broken stream is reopened, unless the service asks for a longer wait. */
const pauseMs = 500;

/** Follows the stream, and reconnects as often as needed. */
export async function* readTail(
  caller: HttpCaller,
  { after, on_place, signal, ...query }: TailQuery & Readonly<Record<string, unknown>>,
): AsyncGenerator<TailMessage> {
  const isEnded = () => signal?.aborted === true;
  let last = after;
  while (!isEnded()) {
    let pause = pauseMs;
    try {
      const headers = last === undefined ? {} : { 'last-event-id': last };
      const response = await caller.call('GET', '/v1/tail', {
        query,
        headers,
        signal,
        is_stream: true,
      });
      for await (const { id, event, data } of messagesOf(response)) {
        if (id !== undefined) last = id;
        if (id === undefined) continue;
        if (event === 'event' && data !== undefined)
          yield { type: 'event', id, event: JSON.parse(data) };
        else if (event === 'run' && data !== undefined)
          yield { type: 'run', id, run: JSON.parse(data) };
        else if (!isEnded()) on_place?.(id);
      }
    } catch (error) {
      if (isEnded()) return;
      // A stream that breaks, or that the service cannot provide at the moment, is reopened; one that is
      // refused is not.
      if (error instanceof ApiError) {
        if (!isPassingStatus(error.status)) throw error;
        pause = Math.max(pause, (error.retry_after ?? 0) * 1000);
      }
    }
    await sleep(pause, signal);
  }
}

interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** The messages of an event stream (HTML, section 9.2.6), in the form that the service writes. */
async function* messagesOf(response: Response): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)];
      });
      yield Object.fromEntries(fields);
    }
  }
}
