/** Bytes that are written one after another, into memory that is reused. */
export interface ByteArena {
  /** The memory; another one after `reserve`. */
  readonly buffer: Buffer;
  readonly view: DataView;
  /** The position of the next byte. */
  at: number;
  /** Makes sure that this number of bytes fits after `at`. */
  reserve(bytes: number): void;
  /** Copies bytes to the end. */
  put(bytes: Buffer): void;
  /** The written bytes; valid until the next write. */
  written(): Buffer;
}

/** An arena with an initial size, which grows if needed and never shrinks. */
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
    put(bytes) {
      this.reserve(bytes.length);
      this.at += bytes.copy(buffer, this.at);
    },
    written() {
      return buffer.subarray(0, this.at);
    },
  };
}

/** Arenas that are used again. */
export interface ArenaPool {
  /** An empty arena. */
  take(): ByteArena;
  /** Its bytes are no longer needed. */
  giveBack(arena: ByteArena): void;
}

/** A pool of arenas of an initial size. An arena that has grown beyond `most` bytes is not kept. */
export function createArenaPool(bytes: number, most: number): ArenaPool {
  const free: ByteArena[] = [];
  return {
    take() {
      const arena = free.pop() ?? createArena(bytes);
      arena.at = 0;
      return arena;
    },
    giveBack(arena) {
      if (arena.buffer.length <= most) free.push(arena);
    },
  };
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** Writes a 32-bit word; returns the position after it. */
export function putWord(buffer: Buffer, at: number, word: number): number {
  buffer[at] = word >> 24;
  buffer[at + 1] = word >> 16;
  buffer[at + 2] = word >> 8;
  buffer[at + 3] = word;
  return at + 4;
}
