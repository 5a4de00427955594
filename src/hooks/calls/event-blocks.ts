import { isRawObject } from '../../events/check/normalize-event.js';
import type { JsonObject } from '../../ingest/formats/log/log-record.js';

/** The most characters of one event of a stream; longer ones are not read. */
const mostCharacters = 16 * 1_048_576;

/** Cuts the bytes of server-sent events into blocks, one per event. */
export interface EventBlocks {
  /** The blocks that are whole with these bytes, each with the empty line after it. @throws RangeError */
  add(bytes: Uint8Array): readonly string[];
  /** What is left without an empty line after it. */
  rest(): string;
}

export function createEventBlocks(): EventBlocks {
  const decoder = new TextDecoder();
  let text = '';
  return {
    add(bytes) {
      // An end of a block may lie across two pieces: three characters of it are looked at again.
      let from = Math.max(0, text.length - 3);
      text += decoder.decode(bytes, { stream: true });
      const blocks: string[] = [];
      let start = 0;
      for (;;) {
        const end = /\r\n\r\n|\n\n|\r\r/g;
        end.lastIndex = from;
        if (end.exec(text) === null) break;
        blocks.push(text.slice(start, end.lastIndex));
        start = end.lastIndex;
        from = start;
      }
      text = text.slice(start);
      if (text.length > mostCharacters) {
        throw new RangeError(`An event of a stream has more than ${mostCharacters} characters.`);
      }
      return blocks;
    },
    rest: () => text + decoder.decode(),
  };
}

/** The JSON object that an event carries; undefined for a comment, a ping or the mark at the end. */
export function dataOf(block: string): JsonObject | undefined {
  const data = block
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trimStart())
    .join('\n');
  if (!data.startsWith('{')) return undefined;
  const value: unknown = JSON.parse(data);
  return isRawObject(value) ? value : undefined;
}
