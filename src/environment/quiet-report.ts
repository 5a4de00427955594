/** Called with an error, and the number of equal errors since the last call. */
export type Report = (error: Error, repeated: number) => void;

/** The maximum number of different errors that are remembered. */
const mostKinds = 100;

/**
 * Reports the first of equal errors, and later one of them per minute: an unavailable server or a
 * full disk causes a thousand errors per second.
 */
export function quietReport(report: Report, every_ms = 60_000): (error: unknown) => void {
  const told = new Map<string, { at: number; repeated: number }>();
  return (cause) => {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const kind = `${'code' in error ? String(error.code) : ''} ${error.message}`;
    const now = performance.now();
    const before = told.get(kind);
    if (before !== undefined && now - before.at < every_ms) {
      before.repeated += 1;
      return;
    }
    if (told.size >= mostKinds) told.clear();
    told.set(kind, { at: now, repeated: 0 });
    report(error, before?.repeated ?? 0);
  };
}
