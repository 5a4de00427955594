import { Decompress } from 'fzstd';

const frameMagic = 0xfd2fb528;
/** The first of the sixteen magic numbers of skippable frames. */
const skippableMagic = 0x184d2a50;
const mostBlock = 131_072;
/** The window that every decoder should support (RFC 8878, section 3.1.1.1.2); larger ones are refused. */
const mostWindow = 8 * 2 ** 20;

/** The errors of the reader. */
export interface ZstdErrors {
  unreadable(expected: string): Error;
  tooLarge(what: string): Error;
}

/**
 * Decompresses Zstandard (RFC 8878) block by block. The frames are checked here before the decoder gets
 * them, because a header may request a window of gigabytes, and a few bytes may contain
 * thousands of blocks. Each block has at most 128 KiB, after which the caller may stop.
 *
 * `content_bytes` is the largest content that a header may announce.
 */
export async function* unzstd(
  source: AsyncIterable<Buffer>,
  content_bytes: number,
  errors: ZstdErrors,
): AsyncGenerator<Uint8Array> {
  const { unreadable } = errors;
  const input = reader(source, errors);
  const out: Uint8Array[] = [];
  while (!(await input.isAtEnd())) {
    const magic = (await input.peek(4)).readUInt32LE();
    if (magic >>> 4 === skippableMagic >>> 4) {
      const size = (await input.take(8)).readUInt32LE(4);
      for (let left = size; left > 0; left -= Math.min(left, mostBlock)) {
        await input.take(Math.min(left, mostBlock));
      }
      continue;
    }
    if (magic !== frameMagic) throw unreadable('a Zstandard body');
    const { header, hasChecksum } = await frameHeader(input, content_bytes, errors);
    const decoder = new Decompress((data) => void out.push(data));
    const push = (data: Uint8Array, last: boolean) => {
      try {
        decoder.push(data, last);
      } catch {
        throw unreadable('a Zstandard body');
      }
    };
    push(header, false);
    for (let isLast = false; !isLast; ) {
      const block = await input.peek(3);
      const word = block.readUIntLE(0, 3);
      isLast = (word & 1) === 1;
      const type = (word >> 1) & 3;
      if (type === 3 || word >> 3 > mostBlock) throw unreadable('a Zstandard body');
      push(await input.take(3 + (type === 1 ? 1 : word >> 3)), isLast && !hasChecksum);
      yield* out.splice(0);
    }
    if (hasChecksum) push(await input.take(4), true);
    yield* out.splice(0);
  }
}

/** RFC 8878, section 3.1.1.1. */
async function frameHeader(input: Reader, most: number, { unreadable, tooLarge }: ZstdErrors) {
  const descriptor = (await input.peek(5)).readUInt8(4);
  const isSingle = (descriptor & 32) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const length = 5 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
  const header = await input.take(length);
  if (dictionaryBytes > 0) throw unreadable('a Zstandard body without dictionary');
  let window = 0;
  if (!isSingle) {
    const base = 2 ** (10 + (header.readUInt8(5) >> 3));
    window = base + (base / 8) * (header.readUInt8(5) & 7);
  }
  const at = length - sizeBytes;
  const content =
    sizeBytes === 8
      ? Number(header.readBigUInt64LE(at))
      : sizeBytes === 0
        ? 0
        : header.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  if (window > mostWindow || content > most) {
    throw tooLarge(
      `a body of at most ${most} bytes once decompressed, and a window of at most ${mostWindow}`,
    );
  }
  return { header, hasChecksum: (descriptor & 4) !== 0 };
}

type Reader = ReturnType<typeof reader>;

/** Reads a given number of bytes at a time from a stream. */
function reader(source: AsyncIterable<Buffer>, { unreadable }: ZstdErrors) {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const fill = async (bytes: number) => {
    const parts = [held];
    let length = held.length;
    while (length < bytes) {
      const next = await chunks.next();
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    }
    if (parts.length > 1) held = Buffer.concat(parts);
    return length >= bytes;
  };
  const peek = async (bytes: number) => {
    if (held.length < bytes && !(await fill(bytes))) throw unreadable('a whole Zstandard body');
    return held.subarray(0, bytes);
  };
  return {
    isAtEnd: async () => held.length === 0 && !(await fill(1)),
    peek,
    async take(bytes: number) {
      const taken = await peek(bytes);
      held = held.subarray(bytes);
      return taken;
    },
  };
}
