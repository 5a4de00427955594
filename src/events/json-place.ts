import { describeValue, type EventFault } from './fault.js';

/** Where a text stops being JSON. */
export interface JsonPlace {
  /** The index of the first character that JSON does not allow there; the length of a text that is cut off. */
  readonly at: number;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  readonly is_cut_off: boolean;
  /** The number of the item, from 1, if the text is an array; else 0. */
  readonly item: number;
}

/** What may come next. `first` is a value or key, or the end of an empty array or object. */
type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'end';

const space = /[ \t\n\r]*/y;
const digits = /\d+/y;
const hex = /[0-9a-fA-F]/;
/** Everything from space on, but a quote and a backslash. */
const plain = /[ !#-[\]-\uffff]*/y;

/** Finds the place in a text that `JSON.parse` refuses, which says it only for some faults and not in all versions. */
export function jsonPlace(text: string): JsonPlace {
  const { at, item } = scan(text);
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    at,
    line: before.split('\n').length,
    column: at - lineStart + 1,
    is_cut_off: at >= text.trimEnd().length,
    item,
  };
}

/** `at line 2, column 16`, and the item of an array. */
export function describeJsonPlace(text: string): string {
  const { line, column, is_cut_off, item } = jsonPlace(text);
  const where = `line ${line}, column ${column}${item === 0 ? '' : `, in item ${item} of the array`}`;
  return is_cut_off ? `input that ends at ${where}` : `something else at ${where}`;
}

/** The fault of a line that is not JSON. */
export function noJsonLine(line: string): EventFault {
  const { column, is_cut_off } = jsonPlace(line);
  const what = is_cut_off ? 'which is cut off at' : 'which is not JSON from';
  const got = `${describeValue(line)}, ${what} column ${column}${is_cut_off ? '' : ' on'}`;
  return { field: '', expected: 'a line of JSON', got };
}

function scan(text: string): { at: number; item: number } {
  const open: ('[' | '{')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  let item = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  /** Passes a character. */
  const pass = (known: (next: string) => boolean) => {
    const found = at < text.length && known(text[at] ?? '');
    if (found) at += 1;
    return found;
  };
  const escaped = () => {
    at += 1;
    if (!pass((next) => '"\\/bfnrtu'.includes(next))) return false;
    if (text[at - 1] !== 'u') return true;
    return [1, 2, 3, 4].every(() => pass((next) => hex.test(next)));
  };
  const string = () => {
    for (at += 1; ; ) {
      skip(plain);
      if (pass((next) => next === '"')) return true;
      if (text[at] !== '\\' || !escaped()) return false;
    }
  };
  const number = () => {
    pass((next) => next === '-');
    if (!pass((next) => next === '0') && !skip(digits)) return false;
    if (pass((next) => next === '.') && !skip(digits)) return false;
    if (!pass((next) => next === 'e' || next === 'E')) return true;
    pass((next) => next === '+' || next === '-');
    return skip(digits);
  };
  const literal = () => {
    const word = ['true', 'false', 'null'].find(([first]) => first === text[at]);
    if (word === undefined) return number();
    const start = at;
    const isWhole = [...word].every((letter) => pass((next) => next === letter));
    // Another word is wrong from its beginning.
    if (!isWhole && at < text.length) at = start;
    return isWhole;
  };
  for (;;) {
    skip(space);
    const next = text[at];
    if (next === undefined) return { at, item };
    const isClosing = next === ']' || next === '}';
    if (isClosing) {
      const opening = next === ']' ? '[' : '{';
      const first = next === ']' ? 'first value' : 'first key';
      if (open.at(-1) !== opening || (expected !== 'comma' && expected !== first)) {
        return { at, item };
      }
      open.pop();
      at += 1;
    } else if (expected === 'comma') {
      if (next !== ',') return { at, item };
      at += 1;
      expected = open.at(-1) === '[' ? 'value' : 'key';
      if (open.length === 1 && open[0] === '[') item += 1;
      continue;
    } else if (expected === 'colon') {
      if (next !== ':') return { at, item };
      at += 1;
      expected = 'value';
      continue;
    } else if (expected === 'key' || expected === 'first key') {
      if (next !== '"' || !string()) return { at, item };
      expected = 'colon';
      continue;
    } else if (expected === 'end') {
      return { at, item };
    } else if (next === '[' || next === '{') {
      open.push(next);
      at += 1;
      expected = next === '[' ? 'first value' : 'first key';
      if (open.length === 1 && next === '[') item = 1;
      continue;
    } else if (next === '"') {
      if (!string()) return { at, item };
    } else if (!literal()) {
      return { at, item };
    }
    expected = open.length === 0 ? 'end' : 'comma';
  }
}
