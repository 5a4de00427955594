/** The SQLSTATE or system code of an error; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The fields of an error that are logged. Driver errors carry the whole connection; it is left out. */
export function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name } = error;
  // A message may quote the input, and the stack repeats the message.
  const message = cut(error.message);
  const stack = error.stack?.replace(error.message, message);
  return { name, message, ...('code' in error ? { code: error.code } : {}), stack };
}

const mostMessage = 500;

const cut = (text: string) =>
  text.length > mostMessage ? `${text.slice(0, mostMessage).toWellFormed()}…` : text;
