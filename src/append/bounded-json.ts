/** Deeper levels are not written: JSON can be nested deeper than any stack. */
const mostLevels = 200;

/**
 * Writes a value as JSON of at most about `most` characters. It never fails: a value that is too
 * long or nested too deep becomes a JSON string with the beginning of its JSON.
 */
export function boundedJson(value: unknown, most: number): string {
  const out = { parts: [] as string[], left: most };
  if (write(value, out, 0)) return out.parts.join('');
  return JSON.stringify(`${out.parts.join('').slice(0, most)}…`);
}

interface Output {
  readonly parts: string[];
  /** Characters that may still be written. */
  left: number;
}

/** Writes a value. Returns false if it did not fit; then only its beginning was written. */
function write(value: unknown, out: Output, level: number): boolean {
  if (level > mostLevels) return false;
  if (typeof value === 'string') return writeText(value, out);
  if (typeof value !== 'object' || value === null) return put(scalar(value), out);
  if (value instanceof Date) return writeText(String(value.toJSON()), out);
  if (Array.isArray(value)) {
    if (!put('[', out)) return false;
    for (let at = 0; at < value.length; at++) {
      if (at > 0 && !put(',', out)) return false;
      if (!write(value[at], out, level + 1)) return false;
    }
    return put(']', out);
  }
  if (!put('{', out)) return false;
  let isFirst = true;
  for (const name of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[name];
    if (inner === undefined || typeof inner === 'function' || typeof inner === 'symbol') continue;
    if (!isFirst && !put(',', out)) return false;
    isFirst = false;
    if (!writeText(name, out) || !put(':', out) || !write(inner, out, level + 1)) return false;
  }
  return put('}', out);
}

function writeText(text: string, out: Output): boolean {
  if (text.length <= out.left) return put(JSON.stringify(text), out);
  put(JSON.stringify(text.slice(0, Math.max(0, out.left))), out);
  return false;
}

function scalar(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value) ?? 'null';
}

function put(text: string, out: Output): boolean {
  out.parts.push(text);
  out.left -= text.length;
  return out.left >= 0;
}
