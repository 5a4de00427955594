const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** A string escaped for HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (one) => entities[one] ?? one);

/** A line of the document, with `code` between backquotes. */
export const inline = (text: string): string =>
  escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** A text of the document, in paragraphs. */
export const prose = (text: string): string =>
  text
    .split(/\n\n+/)
    .map((part) => `<p>${inline(part)}</p>`)
    .join('');

/** JSON with coloured names and values. */
export function jsonHtml(value: unknown): string {
  return compact(JSON.stringify(value, null, 2)).replace(
    /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\b\d[\d.e+-]*/g,
    (token, text: string | undefined, colon: string | undefined, word: string | undefined) => {
      const shown = escapeHtml(text ?? token);
      if (colon !== undefined) return `<b>${shown}</b>${colon}`;
      if (text !== undefined) return `<i>${shown}</i>`;
      return word === undefined ? `<u>${shown}</u>` : `<s>${shown}</s>`;
    },
  );
}

/** Puts lists of single values on one line. */
const compact = (json: string) =>
  json.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s+/g, ' ')}]`);
