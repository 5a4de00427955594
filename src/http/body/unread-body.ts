import type { IncomingMessage } from 'node:http';

const mostBytes = 64 * 2 ** 20;
const mostMs = 10_000;
const mostSilenceMs = 1_000;

/**
 * Reads and discards the rest of a body whose response is already written; resolves at its end, or after a
 * time limit. A connection that is closed with unread bytes is reset, and a
 * client that is still sending would see the reset instead of the response (RFC 9112, section 9.6).
 */
export function drainBody(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const end = () => {
      clearTimeout(whole);
      clearTimeout(silence);
      request.off('data', take).off('end', end).off('close', end);
      resolve();
    };
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) return end();
      silence.refresh();
    };
    const whole = setTimeout(end, mostMs);
    const silence = setTimeout(end, mostSilenceMs);
    if (request.destroyed || request.readableEnded) return end();
    request.on('data', take).once('end', end).once('close', end);
  });
}
