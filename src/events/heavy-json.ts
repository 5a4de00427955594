/**
 * The maximum number of arrays and objects in one JSON text. The memory and time of parsing depend on the
 * result: two bytes of text can become an object of sixty.
 */
export const maxContainers = 250_000;

/**
 * The maximum number of commas in one JSON text, which is about that of its values. Ten thousand events with all of their
 * fields have fewer. Two bytes of text can become a value of forty in memory, while the text is parsed.
 */
export const maxValues = 2_000_000;

/** The limits of a JSON text. */
export interface JsonLimits {
  readonly containers: number;
  readonly values: number;
}

const limits: JsonLimits = { containers: maxContainers, values: maxValues };

/** The limit that a JSON text exceeds, in words, and the byte, from 0, at which it does. */
export interface JsonExcess {
  readonly limit: string;
  readonly at: number;
}

/** Counts the arrays, objects and values of a JSON text that arrives in parts, without parsing it. */
export interface JsonMeter {
  /** Adds the next bytes of UTF-8; returns the limit that the text exceeds, if it does. */
  add(bytes: Uint8Array): JsonExcess | undefined;
}

const lineBreak = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openArray = 0x5b;
const openObject = 0x7b;

/** A meter for one text, or for many lines of text. */
export function createJsonMeter(most: JsonLimits = limits): JsonMeter {
  let containers = 0;
  let values = 0;
  let before = 0;
  let isInText = false;
  let isEscaped = false;
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length; at++) {
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
        else if (byte === comma) {
          values += 1;
          if (values > most.values) return { limit: `${most.values} values`, at: before + at };
        } else if (byte === openArray || byte === openObject) {
          containers += 1;
          if (containers > most.containers) {
            return { limit: `${most.containers} arrays and objects`, at: before + at };
          }
        }
      }
      before += bytes.length;
      return undefined;
    },
  };
}

/** The limit that a JSON text exceeds; undefined for a text that may be parsed. */
export function excessOf(text: string, most: JsonLimits = limits): JsonExcess | undefined {
  // Each value takes two characters or more: most texts need not be read.
  const mayHold = text.length > 2 * most.values || hasMany(text, most.containers);
  return mayHold ? createJsonMeter(most).add(Buffer.from(text)) : undefined;
}

/** Whether a text has many brackets; those within strings count here too. */
function hasMany(text: string, most: number): boolean {
  return text.length > most && countUpTo(text, '[', most) + countUpTo(text, '{', most) > most;
}

function countUpTo(text: string, part: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0 && count <= most; at = text.indexOf(part, at + 1)) {
    count += 1;
  }
  return count;
}
