// Control characters move the cursor, recolour or retitle a terminal; bidirectional controls reorder the
// text. Anybody can write the stored strings, so these characters are always escaped.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** A stored string, safe for a terminal: control characters are shown as escapes. */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** JSON with the same content and without control characters. Line breaks between tokens stay. */
export function printableJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent) ?? 'null';
  return json.replace(unprintable, (character) => (character === '\n' ? '\n' : escaped(character)));
}

/** Several lines of ours that may quote other strings: line breaks stay, passwords are removed. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line).replace(/(\/\/[^/@\s:]*):[^@/\s]+@/g, '$1:***@'))
    .join('\n');
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
