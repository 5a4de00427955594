import { Worker } from 'node:worker_threads';
import { EmbeddedStoreError, notWritable } from './folder/embedded-errors.js';
import type { ThreadOptions, ThreadReport } from './thread-main.js';

/** The running thread of a store. */
export interface StoreThread {
  /** Starts a clean shutdown. */
  stop(): void;
  /** Ends it at once without writing anything; `text` says what is wrong with the folder. */
  abandon(text: string): void;
  /** Resolves after the thread's exit: with `undefined` if it was requested, otherwise with the reason. */
  readonly ended: Promise<EmbeddedStoreError | undefined>;
}

/** Starts the thread; resolves when it serves, rejects with the reason why it cannot. */
export function startStoreThread(dir: string, options: ThreadOptions): Promise<StoreThread> {
  const worker = new Worker(new URL('./thread-main.js', import.meta.url), {
    name: 'runfold-store',
    workerData: options,
    // Those of the process may not fit a file: `--input-type` of a program given by `--eval` does not.
    execArgv: [],
  });
  return new Promise((ready, reject) => {
    let outcome: EmbeddedStoreError | 'closed' | undefined;
    const stopped = (text: string, cause?: unknown) =>
      new EmbeddedStoreError(
        'embedded_store_stopped',
        dir,
        `The store in ${dir} stopped: ${text}. Open it again; everything that was acknowledged is kept.`,
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
      else outcome = failedStart(dir, options, report);
    });
  });
}

function failedStart(
  dir: string,
  options: ThreadOptions,
  { code, system_code, text }: Extract<ThreadReport, { event: 'failed' }>,
): EmbeddedStoreError {
  if (code === 'embedded_store_not_writable') return notWritable(dir, { code: system_code });
  const says =
    code === 'embedded_store_port_unavailable'
      ? `Cannot listen on port ${String(options.tcp_port)} of 127.0.0.1: another process uses this port. Choose another one, or open the store without a port.`
      : `Cannot read the store in ${dir}: ${text.replace(/\.$/, '')}. Restore the folder from a back-up, or choose another one.`;
  return new EmbeddedStoreError(code, dir, says);
}
