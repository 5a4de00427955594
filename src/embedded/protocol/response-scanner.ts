/** I: idle, T: in a transaction, E: in a failed transaction. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** Sorts the frames of one response of the shared session. */
export interface ResponseScanner {
  /** Adds the next part of the response; the bytes are copied. */
  push(bytes: Uint8Array): void;
  /** The output for the client, in order. */
  readonly parts: Buffer[];
  /** Complete NotificationResponse frames. */
  readonly notifications: Buffer[];
  /** The status of the last ReadyForQuery; `undefined` before the first. */
  readonly status: TransactionStatus | undefined;
}

const notification = 'A'.charCodeAt(0);
const copyIn = 'G'.charCodeAt(0);
const ready = 'Z'.charCodeAt(0);

/**
 * Frames may be split between parts; frames that are not needed are passed on without parsing.
 * `is_listening`: whether the client listens on a channel.
 * `drop_copy_in`: the client has already got its CopyInResponse.
 */
export function createResponseScanner(options: {
  is_listening: (channel: string) => boolean;
  drop_copy_in: boolean;
}): ResponseScanner {
  const parts: Buffer[] = [];
  const notifications: Buffer[] = [];
  let status: TransactionStatus | undefined;
  /** The start of an incomplete header. */
  let carry: Buffer = Buffer.alloc(0);
  /** The missing bytes of the current frame, and the received ones if the frame is collected. */
  let left = 0;
  let type = 0;
  let aside: Buffer[] | undefined;

  function settle(frame: Buffer): void {
    if (type === notification) {
      notifications.push(frame);
      if (options.is_listening(getChannel(frame))) parts.push(frame);
    } else if (type === ready) {
      status = toStatus(frame[5]);
      parts.push(frame);
    }
  }

  return {
    parts,
    notifications,
    get status() {
      return status;
    },
    push(bytes) {
      const chunk = carry.length > 0 ? Buffer.concat([carry, bytes]) : Buffer.from(bytes);
      let offset = 0;
      let kept = 0;
      while (offset < chunk.length) {
        if (left === 0) {
          if (chunk.length - offset < 5) break;
          type = chunk[offset] ?? 0;
          left = 1 + chunk.readInt32BE(offset + 1);
          const whole = chunk.length - offset >= left;
          if (type === ready && whole) status = toStatus(chunk[offset + 5]);
          const set_aside =
            type === notification ||
            (type === copyIn && options.drop_copy_in) ||
            (type === ready && !whole);
          aside = set_aside ? [] : undefined;
        }
        const end = Math.min(offset + left, chunk.length);
        if (aside !== undefined) {
          if (offset > kept) parts.push(chunk.subarray(kept, offset));
          aside.push(chunk.subarray(offset, end));
          kept = end;
        }
        left -= end - offset;
        offset = end;
        if (left === 0 && aside !== undefined) {
          settle(Buffer.concat(aside));
          aside = undefined;
        }
      }
      if (offset > kept) parts.push(chunk.subarray(kept, offset));
      carry = chunk.subarray(offset);
    },
  };
}

/** The channel of a NotificationResponse frame. */
export function getChannel(frame: Buffer): string {
  return frame.toString('utf8', 9, frame.indexOf(0, 9));
}

function toStatus(byte: number | undefined): TransactionStatus {
  const letter = String.fromCharCode(byte ?? 0);
  return letter === 'I' || letter === 'T' ? letter : 'E';
}
