import { once } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

/**
 * Messages of the Model Context Protocol on standard input and output. When the input ends, as a file does, its requests
 * are still answered, which the library would not do; then `answered` resolves.
 */
export function openStdioTransport(stdin: Readable, stdout: Writable) {
  // The library closes a transport whose input ends.
  const input = stdin.pipe(new PassThrough(), { end: false });
  const inner = new StdioServerTransport(input, stdout);
  const open = new Set<unknown>();
  let whenNoneIsOpen: (() => void) | undefined;
  const settle = (id: unknown) => {
    open.delete(id);
    if (open.size === 0) whenNoneIsOpen?.();
  };

  // A file as standard input ends, but is never closed.
  const answered = Promise.race([once(stdin, 'end'), once(stdin, 'close')]).then(async () => {
    // The last line of a file may lack its end.
    input.write('\n');
    do await turn();
    while (input.readableLength + input.writableLength > 0);
    if (open.size === 0) return;
    await new Promise<void>((resolve) => {
      whenNoneIsOpen = resolve;
    });
  });

  const transport = {
    start: () => inner.start(),
    close: () => inner.close(),
    async send(message: JSONRPCMessage) {
      try {
        await inner.send(message);
      } finally {
        if (!('method' in message)) settle(message.id);
      }
    },
    set onmessage(handle: (message: JSONRPCMessage) => void) {
      inner.onmessage = (message) => {
        if ('method' in message && 'id' in message) open.add(message.id);
        handle(message);
        // A request that was cancelled gets no answer.
        if ('method' in message && message.method === 'notifications/cancelled') {
          settle(message.params?.requestId);
        }
      };
    },
    set onclose(handle: () => void) {
      inner.onclose = () => {
        // Nothing can be answered any more, as when nobody reads the output.
        open.clear();
        whenNoneIsOpen?.();
        handle();
      };
    },
    set onerror(handle: (error: Error) => void) {
      inner.onerror = handle;
    },
  };
  return { transport, answered };
}
