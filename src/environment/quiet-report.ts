/** Told of an error, and how many equal ones came since it was last told of one. */
export type Report = (error: Error, repeated: number) => void;

/** Errors that are remembered at once; others are few by then. */
const mostKinds = 100;

/**
 * Passes on the first of equal errors, and one of those that follow every while: a server that is away, or a
 * disk that is full, makes a thousand a second.
 */
export function quietReport(report: Report, every_ms = 10_000): (error: Error) => void {
  const told = new Map<string, { at: number; repeated: number }>();
  return (error) => {
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
