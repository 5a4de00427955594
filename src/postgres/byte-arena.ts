/** Bytes written one after the other, into memory that is used again for the next ones. */
export interface ByteArena {
  /** The memory; another one after `reserve`. */
  readonly buffer: Buffer;
  readonly view: DataView;
  /** Where the next byte goes. */
  at: number;
  /** Sees to it that so many bytes fit behind `at`. */
  reserve(bytes: number): void;
  /** What was written; good until something else is. */
  written(): Buffer;
}

/** An arena of so many bytes, which grows as it must and never shrinks. */
export function createArena(bytes: number): ByteArena {
  let buffer = Buffer.allocUnsafeSlow(bytes);
  let view = viewOf(buffer);
  return {
    at: 0,
    get buffer() {
      return buffer;
    },
    get view() {
      return view;
    },
    reserve(more) {
      const needed = this.at + more;
      if (needed <= buffer.length) return;
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * buffer.length));
      buffer.copy(larger, 0, 0, this.at);
      buffer = larger;
      view = viewOf(buffer);
    },
    written() {
      return buffer.subarray(0, this.at);
    },
  };
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** A 32-bit word; answers the place after it. */
export function putWord(buffer: Buffer, at: number, word: number): number {
  buffer[at] = word >> 24;
  buffer[at + 1] = word >> 16;
  buffer[at + 2] = word >> 8;
  buffer[at + 3] = word;
  return at + 4;
}
