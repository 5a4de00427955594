import { isRawObject } from '../../events/check/normalize-event.js';
import { maxErrorText, maxText } from '../../events/limits.js';

/** The error of a message that was left before its end. */
export const aborted = 'aborted';

/** How something failed: the error's name and code, or with `withText` its message. */
export function failureText(error: unknown, withText = false): string {
  if (isAbort(error)) return aborted;
  if (!(error instanceof Error)) return withText ? clean(String(error), maxErrorText) : 'error';
  if (withText) return clean(`${error.name}: ${error.message}`, maxErrorText);
  const { code, status, statusCode } = error as Error & Record<string, unknown>;
  const details = [status ?? statusCode, code].filter(
    (value) => typeof value === 'number' || (typeof value === 'string' && value.length <= 50),
  );
  return clean([error.name, ...details].join(' '), maxText);
}

/** Whether something ended because somebody requested it. */
export function isAbort(error: unknown): boolean {
  return isRawObject(error) && (error.name === 'AbortError' || error.name === 'APIUserAbortError');
}

/** A string within the limit of an event; undefined if there is none. Longer ones are cut. */
export function shortText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return clean(value, maxText) || undefined;
}

function clean(text: string, max: number): string {
  return text.slice(0, max).replaceAll('\0', '').toWellFormed();
}
