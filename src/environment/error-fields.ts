/** The SQLSTATE or system code of an error; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What of an error is logged. Drivers hang whole connections on theirs; those stay out. */
export function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name } = error;
  // A message may quote what was sent, and a stack repeats it.
  const message = cut(error.message);
  const stack = error.stack?.replace(error.message, message);
  return { name, message, ...('code' in error ? { code: error.code } : {}), stack };
}

const mostMessage = 500;

const cut = (text: string) =>
  text.length > mostMessage ? `${text.slice(0, mostMessage).toWellFormed()}…` : text;
