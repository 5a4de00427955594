// Controls move the cursor, recolour or retitle a terminal; bidirectional controls reorder what is
// read. Stored texts come from anyone, so none of them may get through.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** A stored text, fit for a terminal: what would control it is shown as an escape. */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** JSON that says the same and controls no terminal. Line breaks between tokens stay. */
export function printableJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent) ?? 'null';
  return json.replace(unprintable, (character) => (character === '\n' ? '\n' : escaped(character)));
}

/** Several lines of our own making that may quote others: line breaks stay, passwords do not. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line).replace(/(\/\/[^/@\s:]*):[^@/\s]+@/g, '$1:***@'))
    .join('\n');
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
