/** The result of a check. `unknown` if this role may not read it. */
export type CheckLevel = 'ok' | 'advice' | 'problem' | 'unknown';

/** One check and its result. */
export interface Check {
  readonly area: 'runfold' | 'postgres' | 'redis' | 'machine';
  /** The setting or subject, such as `synchronous_commit`. */
  readonly check: string;
  readonly level: CheckLevel;
  /** What was found. */
  readonly what: string;
  /** Why it matters; only if something should be changed. */
  readonly why?: string;
  /** What to do, with the exact command if there is one. */
  readonly fix?: string;
}

/** What to report if a check does not pass. */
export interface Fault {
  readonly level: Exclude<CheckLevel, 'ok'>;
  readonly why: string;
  readonly fix: string;
}

/** Makes checks of one area. */
export function checksOf(area: Check['area']) {
  return (check: string, what: string, fault?: Fault): Check =>
    fault === undefined ? { area, check, level: 'ok', what } : { area, check, what, ...fault };
}

/** The check of the difference between a server's clock and this machine's. */
export function clockFault(
  offsetMs: number,
  roundTripMs: number,
  server: string,
): Fault | undefined {
  const off = Math.abs(offsetMs) - roundTripMs;
  if (off < 2_000) return undefined;
  return {
    level: off < 60_000 ? 'advice' : 'problem',
    why: `Events without a time get the time of the machine that sends them; lag and ages are differences between the clocks of this machine and ${server}.`,
    fix: 'Synchronize both clocks: timedatectl set-ntp true',
  };
}

/** `+1.5 s`, as a person reads an offset. */
export const offsetText = (ms: number) =>
  Math.abs(ms) < 50
    ? 'same as this machine'
    : `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1000).toFixed(1)} s from this machine`;

/** Bytes as `1.5 GB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** at;
  return `${value >= 10 || at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}
