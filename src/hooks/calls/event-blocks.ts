import { isRawObject } from '../../events/check/normalize-event.js';
import type { JsonObject } from '../../ingest/formats/log/log-record.js';

/** The maximum length of one event of a stream; longer ones are not read. */
const mostCharacters = 16 * 1_048_576;

/** Cuts the bytes of server-sent events into blocks, one per event. */
export interface EventBlocks {
  /** The blocks that these bytes complete, each with the empty line after it. @throws RangeError */
  add(bytes: Uint8Array): readonly string[];
  /** The rest that has no empty line after it. */
  rest(): string;
}

export function createEventBlocks(): EventBlocks {
  const decoder = new TextDecoder();
  let text = '';
  return {
    add(bytes) {
      // The end of a block may be split between two pieces, so three characters are checked again.
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

/** The JSON object of an event; undefined for a comment, a ping or the end marker. */
export function parseData(block: string): JsonObject | undefined {
  const data = block
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trimStart())
    .join('\n');
  if (!data.startsWith('{')) return undefined;
  const value: unknown = JSON.parse(data);
  return isRawObject(value) ? value : undefined;
}
