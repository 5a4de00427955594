/** A caller's function as one that cannot fail: what it throws must not end the caller's process. */
export function harmless(report: ((error: Error) => void) | undefined): (error: Error) => void {
  return (error) => {
    try {
      // An async function would reject instead, and nobody would handle it.
      const result: unknown = report?.(error);
      if (result instanceof Promise) result.catch(warn);
    } catch (fault) {
      warn(fault);
    }
  };
}

function warn(fault: unknown): void {
  const text = fault instanceof Error ? fault.message : String(fault);
  process.emitWarning(`on_error of a Runfold producer failed: ${text}`);
}
