import type { ToolAnswer } from './mcp-tool.js';

/** The default maximum size of a result, in bytes: a model reads all of it. */
export const usualBytes = 4_096;
/** The greatest value of `max_bytes`. */
export const mostBytes = 65_536;

/**
 * Characters that are invisible or change how others are shown: controls, direction marks, joiners, tags, variation
 * selectors, fillers, and all spaces but the usual one. A name may contain them, and with them a hidden text; escaped, they
 * are visible and harmless.
 */
const invisible =
  /[\u007f-\u009f\u2800\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** JSON without nulls, with every invisible character escaped. */
export function compactJson(value: unknown): string {
  const text = JSON.stringify(value, (_name, inner) => (inner === null ? undefined : inner));
  return text.replace(invisible, escaped);
}

const escaped = (found: string) =>
  [...Array(found.length).keys()]
    .map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are to be found.
const controls = /[\u0000-\u001f]/g;

/** A message in at most `usualBytes` bytes, in one line, with every invisible character escaped: it may have names in it. */
export function fitMessage(message: string): string {
  const text = message.replace(controls, escaped).replace(invisible, escaped);
  const bytes = Buffer.from(text);
  if (bytes.length <= usualBytes) return text;
  const kept = new TextDecoder().decode(bytes.subarray(0, usualBytes - 6), { stream: true });
  return `${kept}…`;
}

/**
 * The JSON of a result in at most `bytes` bytes. Lists lose rows from their end, the last list first,
 * and `left_out` says how many. There is then no `next_cursor`: the next page would begin after the rows that were left
 * out. Undefined if it is too large even without any row.
 */
export function fitAnswer({ answer, lists = [] }: ToolAnswer, bytes: number): string | undefined {
  const kept = { ...answer };
  const leftOut: Record<string, number> = {};
  const hint = 'Ask for fewer rows, or raise max_bytes.';
  const write = () =>
    compactJson(
      Object.keys(leftOut).length === 0
        ? kept
        : { ...kept, next_cursor: null, left_out: leftOut, hint },
    );
  let text = write();
  for (const name of [...lists].reverse()) {
    if (Buffer.byteLength(text) <= bytes) break;
    const rows = answer[name] as readonly unknown[];
    // The number of rows that fit, found by bisection.
    let [least, most] = [0, rows.length];
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      kept[name] = rows.slice(0, middle);
      leftOut[name] = rows.length - middle;
      if (Buffer.byteLength(write()) <= bytes) least = middle;
      else most = middle - 1;
    }
    kept[name] = rows.slice(0, least);
    leftOut[name] = rows.length - least;
    text = write();
  }
  return Buffer.byteLength(text) <= bytes ? text : undefined;
}
