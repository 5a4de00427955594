/**
 * The maximum number of arrays and objects in one JSON text. The memory and time of parsing depend on the
 * result: two bytes of text can become an object of sixty.
 */
export const maxContainers = 250_000;

/** Counts the arrays and objects of a JSON text that arrives in parts, without parsing it. */
export interface JsonMeter {
  /** Adds the next bytes of UTF-8; returns whether the text exceeds the limit. */
  isExceededBy(bytes: Uint8Array): boolean;
}

const lineBreak = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const openArray = 0x5b;
const openObject = 0x7b;

/** A meter for one text, or for many lines of text. */
export function createJsonMeter(most = maxContainers): JsonMeter {
  let count = 0;
  let isInText = false;
  let isEscaped = false;
  return {
    isExceededBy(bytes) {
      for (let at = 0; at < bytes.length && count <= most; at++) {
        const byte = bytes[at];
        // JSON has no line breaks within a string, so after a broken string the next line starts fresh.
        if (byte === lineBreak) {
          isInText = false;
          isEscaped = false;
        } else if (isEscaped) isEscaped = false;
        else if (isInText) {
          if (byte === quote) isInText = false;
          else if (byte === backslash) isEscaped = true;
        } else if (byte === quote) isInText = true;
        else if (byte === openArray || byte === openObject) count += 1;
      }
      return count > most;
    },
  };
}

/** Whether a JSON text has too many arrays and objects. */
export function isHeavyJson(text: string, most = maxContainers): boolean {
  if (text.length <= most) return false;
  // Brackets within strings count here too, so only a text with many of them is checked exactly.
  const brackets = countUpTo(text, '[', most) + countUpTo(text, '{', most);
  return brackets > most && createJsonMeter(most).isExceededBy(Buffer.from(text));
}

function countUpTo(text: string, part: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0 && count <= most; at = text.indexOf(part, at + 1)) {
    count += 1;
  }
  return count;
}
