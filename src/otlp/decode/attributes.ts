import { keys } from '../tables/attribute-keys.js';
import { knownKeys } from '../tables/key-numbers.js';

/** A value of an attribute. Arrays, objects and bytes are not read, except those of `listKey`. */
export type AttributeValue = string | number | boolean;

/** The attribute with a list of strings. It is stored as JSON, because Mastra sends a string of JSON. */
export const listKey = keys.finishReasons;
/** The maximum number of strings that are read from a list. */
export const longestList = 16;

/** The attributes of one span, record or resource that are read, by the number of the key. */
export interface Attributes {
  get(key: number): AttributeValue | undefined;
  set(key: number, value: AttributeValue): void;
  /** The object in an attribute with JSON; undefined if there is none. Parsed once. */
  json(key: number): Readonly<Record<string, unknown>> | undefined;
  clear(): void;
}

/** The longest JSON that is parsed, in characters. */
const longestJson = 65_536;

/** Attributes that are reused: a look-up is an index into an array. */
export function createAttributes(): Attributes {
  const values: (AttributeValue | undefined)[] = knownKeys().map(() => undefined);
  const touched: number[] = [];
  let parsed: Map<number, Readonly<Record<string, unknown>> | undefined> | undefined;
  return {
    get: (key) => values[key],
    set(key, value) {
      if (values[key] === undefined) touched.push(key);
      values[key] = value;
    },
    json(key) {
      const text = values[key];
      if (typeof text !== 'string') return undefined;
      parsed ??= new Map();
      if (!parsed.has(key)) parsed.set(key, parseObject(text));
      return parsed.get(key);
    },
    clear() {
      for (let at = 0; at < touched.length; at++) values[touched[at] as number] = undefined;
      touched.length = 0;
      parsed = undefined;
    },
  };
}

/** LangSmith for Python writes a dictionary in the syntax of Python. Only numbers are read from it. */
const asJson = (text: string) =>
  text.replaceAll("'", '"').replaceAll(/: (None|True|False)(?=[,}])/g, ': null');

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > longestJson) return undefined;
  try {
    const value: unknown = JSON.parse(text.startsWith("{'") ? asJson(text) : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    // Not JSON: the attribute is treated as absent.
    return undefined;
  }
}
