import { UsageError } from '../command/command-error.js';

/** Reads the value of a flag that is an integer within limits. @throws UsageError */
export function readInteger(
  flag: string,
  text: string,
  {
    least = 1,
    most,
    unit,
  }: { readonly least?: number; readonly most: number; readonly unit?: string },
): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value;
  const kind = unit === undefined ? 'an integer' : `${unit}, an integer`;
  throw new UsageError(
    `${flag}: expected ${kind} from ${least} to ${most}, got ${JSON.stringify(text)}.`,
  );
}

/** Reads the value of a flag that is a number; what it is for knows its limits. @throws UsageError */
export function readNumber(flag: string, text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  throw new UsageError(`${flag}: expected a number, got ${JSON.stringify(text)}.`);
}
