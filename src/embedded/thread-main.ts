// The worker thread that runs Postgres and serves its clients; started by embedded-store.ts.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf } from '../environment/error-fields.js';
import { type EmbeddedStoreFault, isDiskFull } from './folder/embedded-errors.js';
import { markCreated } from './folder/store-folder.js';
import { unpackStoreTemplate } from './folder/store-template.js';
import { type DataFolderState, openEmbeddedDatabase } from './server/embedded-database.js';
import { openEmbeddedServer } from './server/embedded-server.js';

/** The options of the thread. */
export interface ThreadOptions {
  readonly data_dir: string;
  readonly fresh: boolean;
  readonly socket_dir: string;
  readonly draft_name: string;
  readonly tcp_port: number | undefined;
}

/** The reports of the thread; it exits after `failed`, `died` and `closed`. */
export type ThreadReport =
  | { readonly event: 'ready' }
  | {
      readonly event: 'failed';
      readonly code: EmbeddedStoreFault;
      readonly system_code: string | undefined;
      readonly text: string;
    }
  | { readonly event: 'died'; readonly text: string }
  | { readonly event: 'closed' };

const options = workerData as ThreadOptions;

function report(message: ThreadReport): void {
  parentPort?.postMessage(message);
  if (message.event !== 'ready') parentPort?.close();
}

async function failed(error: unknown): Promise<void> {
  const in_use = codeOf(error) === 'EADDRINUSE';
  const isFull = isDiskFull(error) || (!in_use && (await hasNoRoom()));
  const code = in_use
    ? 'embedded_store_port_unavailable'
    : isFull
      ? 'embedded_store_not_writable'
      : 'embedded_store_unreadable';
  const system_code = isDiskFull(error) || !isFull ? codeOf(error) : 'ENOSPC';
  report({ event: 'failed', code, system_code, text: String(error) });
  setImmediate(() => process.exit(1));
}

/**
 * Whether the disk lacks the room that Postgres may need at its start: one more file of its log. It ends then without
 * saying why, and the store would seem to be broken.
 */
async function hasNoRoom(): Promise<boolean> {
  const { bavail, bsize } = await statfs(dirname(options.data_dir));
  return bavail * bsize < 16 * 2 ** 20;
}

/** Unpacks the template if the store must be created and a matching template exists. */
async function prepareData(): Promise<DataFolderState> {
  if (!options.fresh) return 'used';
  return (await unpackStoreTemplate(options.data_dir)) ? 'template' : 'missing';
}

/**
 * Has V8 11, that of Node.js 20, compile a function of Postgres a second time only after much more
 * use. With its own budget of 1,800,000, half of the CPU time of a short command is this compiling:
 * opening a store takes 2.9 s instead of 1.7 s. With 30,000,000 some very large functions are still compiled, at half a
 * second each: opening took 0.3 s more, a first reading of 200 MB of logs 1.4 s more, and 123,000 events 1.4 s more.
 * With 2,000,000,000 the thread itself becomes slower. Later versions have a larger budget.
 */
function compileLater(): void {
  const [major] = process.versions.v8.split('.');
  if (major === '11') setFlagsFromString('--wasm-tiering-budget=400000000');
}

async function serve(): Promise<void> {
  compileLater();
  const server = await openEmbeddedServer({
    socket_dir: options.socket_dir,
    draft_name: options.draft_name,
    tcp_port: options.tcp_port,
    on_death: (error) => {
      report({ event: 'died', text: String(error) });
      setImmediate(() => process.exit(1));
    },
  });
  const db = await openEmbeddedDatabase(options.data_dir, await prepareData(), (text) => {
    report({ event: 'died', text });
    // Now: what is running never returns.
    process.exit(1);
  });
  // The store is complete before the first response, so everything that it acknowledges is kept.
  if (options.fresh) await markCreated(dirname(options.data_dir));
  server.serve(db);
  parentPort?.once('message', async () => {
    await server.close();
    await db.close();
    report({ event: 'closed' });
    setImmediate(() => process.exit(0));
  });
  report({ event: 'ready' });
}

await serve().catch(failed);
