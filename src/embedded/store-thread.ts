import { Worker } from 'node:worker_threads';
import { EmbeddedStoreError } from './folder/embedded-errors.js';
import type { ThreadOptions, ThreadReport } from './thread-main.js';

/** The running thread of a store. */
export interface StoreThread {
  /** Begins the clean end. */
  stop(): void;
  /** Ends it at once, writing nothing more; `text` says what was found instead of a store to serve. */
  abandon(text: string): void;
  /** Resolves after the thread's exit: with `undefined` when it was asked for, else with why. */
  readonly ended: Promise<EmbeddedStoreError | undefined>;
}

/** Starts the thread; resolves when it serves, rejects with what kept it from doing so. */
export function startStoreThread(dir: string, options: ThreadOptions): Promise<StoreThread> {
  const worker = new Worker(new URL('./thread-main.js', import.meta.url), {
    name: 'runfold-store',
    workerData: options,
  });
  return new Promise((ready, reject) => {
    let outcome: EmbeddedStoreError | 'closed' | undefined;
    const stopped = (text: string, cause?: unknown) =>
      new EmbeddedStoreError(
        'embedded_store_stopped',
        dir,
        `Expected the store in ${dir} to go on serving, got ${text}. Open it again; what was acknowledged is kept.`,
        { cause },
      );
    worker.on('error', (error) => {
      outcome ??= stopped(String(error), error);
    });
    const ended = new Promise<EmbeddedStoreError | undefined>((resolve) => {
      worker.once('exit', (code) => {
        const error = outcome ?? stopped(`an exit of its thread with code ${code}`);
        resolve(error === 'closed' ? undefined : error);
        if (error !== 'closed') reject(error);
      });
    });
    worker.on('message', (report: ThreadReport) => {
      if (report.event === 'ready')
        ready({
          stop: () => worker.postMessage('close'),
          abandon(text) {
            outcome ??= stopped(text);
            void worker.terminate();
          },
          ended,
        });
      else if (report.event === 'closed') outcome = 'closed';
      else if (report.event === 'died') outcome = stopped(report.text);
      else outcome = new EmbeddedStoreError(report.code, dir, describeStart(dir, options, report));
    });
  });
}

function describeStart(
  dir: string,
  options: ThreadOptions,
  report: { code: string; text: string },
) {
  return report.code === 'embedded_store_port_unavailable'
    ? `Expected port ${String(options.tcp_port)} on 127.0.0.1 to be free, got ${report.text}. Choose another port or none.`
    : `Expected ${dir} to hold a readable store, got ${report.text}. Restore the folder from a backup, or choose another one.`;
}
