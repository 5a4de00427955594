/** Observes the parts of a stream while somebody else reads them. Its functions never throw. */
export interface StreamWatcher<T> {
  /** Receives the next part and returns what the reader gets; undefined for nothing. */
  part(part: T): T | undefined;
  /** The end; returns the remaining output. */
  end(): T | undefined;
  /** The stream broke. */
  fail(error: unknown): void;
  /** The reader has left. */
  cancel(): void;
}

/** The same stream, watched as it is read. Nothing is read ahead. */
export function passThrough<T>(source: ReadableStream<T>, watcher: StreamWatcher<T>) {
  const reader = source.getReader();
  // A stream that breaks while nobody reads is noticed here.
  reader.closed.catch((error: unknown) => watcher.fail(error));
  return new ReadableStream<T>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await reader.read().catch((error: unknown) => {
            watcher.fail(error);
            throw error;
          });
          const part = done ? watcher.end() : watcher.part(value);
          if (part !== undefined) controller.enqueue(part);
          if (done) controller.close();
          if (done || part !== undefined) return;
        }
      },
      async cancel(reason) {
        watcher.cancel();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
