import { RunfoldError } from '../../environment/runfold-error.js';

/** A client's bytes are not valid messages; its connection must end. */
export class WireProtocolError extends RunfoldError {
  override readonly name = 'WireProtocolError';
  readonly code = 'wire_protocol';
}

/** Splits a client's byte stream into protocol messages. */
export interface MessageReader {
  push(chunk: Buffer): void;
  /**
   * The next complete message, including its header; `undefined` until it has arrived. `type_bytes` is 0
   * before the startup message has been read and 1 afterwards.
   */
  read(type_bytes: 0 | 1): Buffer | undefined;
}

// Postgres's own limits: MAX_STARTUP_PACKET_LENGTH and PQ_LARGE_MESSAGE_LIMIT.
const startupLimit = 10_000;
const messageLimit = 0x3fffffff;

/** A message that spans chunks is joined once, when its last byte has arrived. */
export function createMessageReader(): MessageReader {
  const chunks: Buffer[] = [];
  let buffered = 0;

  function take(count: number): Buffer {
    const parts: Buffer[] = [];
    let missing = count;
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
      if (chunk.length > missing) {
        chunks.unshift(chunk.subarray(missing));
        parts.push(chunk.subarray(0, missing));
        missing = 0;
      } else {
        parts.push(chunk);
        missing -= chunk.length;
      }
      if (missing === 0) break;
    }
    buffered -= count;
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, count);
  }

  function unread(bytes: Buffer): void {
    chunks.unshift(bytes);
    buffered += bytes.length;
  }

  /** The first `count` bytes, without removing them. */
  function peek(count: number): Buffer {
    const [first] = chunks;
    if (first !== undefined && first.length >= count) return first;
    const head = take(count);
    unread(head);
    return head;
  }

  return {
    push(chunk) {
      chunks.push(chunk);
      buffered += chunk.length;
    },
    read(type_bytes) {
      const header = type_bytes + 4;
      if (buffered < header) return undefined;
      const length = peek(header).readInt32BE(type_bytes);
      if (length < 4 || length > (type_bytes === 0 ? startupLimit : messageLimit)) {
        throw new WireProtocolError(`Expected a message length, got ${length}.`);
      }
      const total = type_bytes + length;
      return buffered < total ? undefined : take(total);
    },
  };
}
