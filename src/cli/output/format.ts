const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const millions = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** Shown for a figure that nobody reported. */
export const absent = '–';

type Maybe<T> = T | null | undefined;

const shown =
  <T>(format: (value: T) => string) =>
  (value: Maybe<T>): string =>
    value === null || value === undefined ? absent : format(value);

/** `12,345`, and `123.46M` from a hundred million on. */
export const count = shown((value: number) =>
  Math.abs(value) < 100_000_000 ? grouped.format(value) : `${millions.format(value / 1e6)}M`,
);

/** Seconds as `350 ms`, `1.5 s`, `2m 05s` or `3h 07m`. */
export const duration = shown((seconds: number) => {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 0.0995) return `${trim((seconds * 1000).toFixed(1))} ms`;
  if (size < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (size < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (size < 3600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  return `${count(Math.floor(whole / 3600))}h ${pad(Math.floor((whole % 3600) / 60))}m`;
});

/** Dollars as `$0.0123`, `$1.23` or `$12,345`; with enough digits to show more than zero. */
export const dollars = shown((value: number) => {
  const size = Math.abs(value);
  const sign = value < 0 ? '-' : '';
  if (size === 0) return '$0';
  if (size < 0.00005) return `${sign}$${size.toPrecision(2)}`;
  if (size < 1) return `${sign}$${size.toFixed(4)}`;
  return size < 10_000 ? `${sign}$${size.toFixed(2)}` : `${sign}$${grouped.format(size)}`;
});

/** A sum of costs: `≥ $1.23` if messages without a price are missing from it. */
export function costOf(totals: {
  readonly cost?: number | null;
  readonly unpriced_messages?: number | null;
}): string {
  const { cost = null, unpriced_messages } = totals;
  return cost !== null && (unpriced_messages ?? 0) > 0 ? `≥ ${dollars(cost)}` : dollars(cost);
}

/** An RFC 3339 time as local `2026-01-31 12:00:05`. */
export const localTime = shown((text: string) => {
  const time = new Date(text);
  const day = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  return `${day} ${clock(time)}`;
});

/** `12:00:05`, local. */
export function clock(time: Date): string {
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
}

/** `1 event`, `2 events`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

const pad = (value: number) => String(value).padStart(2, '0');
const trim = (text: string) => text.replace(/\.0$/, '');
