import { PGlite } from '@electric-sql/pglite';
import type { ResponseScanner } from '../protocol/response-scanner.js';
import { startup } from '../protocol/wire-message.js';

/** The one Postgres session. */
export interface EmbeddedDatabase {
  /** The session's ParameterStatus messages, for every client's handshake. */
  readonly parameters: Buffer;
  /**
   * Runs complete frontend messages and passes the response on as it arrives. Rejects if the
   * session has died.
   */
  run(messages: Buffer, response: ResponseScanner): Promise<void>;
  close(): Promise<void>;
}

/**
 * Statistics are from a sample of 9,000 rows instead of 30,000. While a store grows to 41,000 events,
 * gathering them costs 0.17 s of CPU time instead of 0.45 (Node 20), and the number of sessions and
 * runs is estimated equally well.
 */
const statisticsTarget = 30;

/**
 * Postgres fills its buffers with zeros before it serves. With the usual 128 MB this is a fifth of the CPU of a short command,
 * and the process takes 109 MB more. The file system keeps what these have no place for: a table of 42 MB takes as much CPU
 * with 32 MB as with 128, to fill and to read. With 16 MB, reading it at random takes a fifth more.
 */
const sharedBuffers = '32MB';

const sessionSettings = ['search_path=bullmq,public', 'TimeZone=UTC']
  .concat(`default_statistics_target=${statisticsTarget}`, `shared_buffers=${sharedBuffers}`)
  .flatMap((setting) => ['-c', setting]);

/**
 * The state of a data folder: `used` before, just unpacked from the `template`, or `missing`. A
 * missing one is created.
 */
export type DataFolderState = 'used' | 'template' | 'missing';

/**
 * Opens the data folder, or creates it. If Postgres fails, the error contains its output. `on_panic` is called when it
 * cannot go on later, for example because its log no longer fits on the disk: the session then runs forever without
 * returning.
 */
export async function openEmbeddedDatabase(
  data_dir: string,
  state: DataFolderState,
  on_panic: (reason: string) => void = () => undefined,
): Promise<EmbeddedDatabase> {
  const log: string[] = [];
  let isOpen = false;
  const db = await PGlite.create({
    dataDir: data_dir,
    // Later settings win, and settings given here are what RESET returns to.
    startParams: [...PGlite.defaultStartParams, ...sessionSettings],
    onStderr: (line) => {
      if (!isOpen) log.push(line);
      else if (line.includes('PANIC: ')) on_panic(line.slice(line.indexOf('PANIC: ')));
      return false;
    },
  }).catch((error: unknown) => {
    throw new Error([String(error), ...log.slice(-5)].join('\n'), { cause: error });
  });
  isOpen = true;
  if (state === 'template') {
    // The only row of a template that contains its creation time.
    await db.exec('update runfold_internal.project set created_at = now()');
  } else if (state === 'missing') {
    await db.exec(
      'alter database postgres set search_path = bullmq, public; ' +
        "alter database postgres set timezone = 'UTC'",
    );
  }
  const greeting = Buffer.from(await db.execProtocolRaw(startup('postgres', 'postgres')));

  return {
    parameters: pickParameters(greeting),
    // The caller is the session's only user and runs one call at a time, so no lock is taken. Only
    // the streaming call neither parses nor stores the response.
    run: (messages, response) =>
      db.execProtocolRawStream(messages, { onRawData: (bytes) => response.push(bytes) }),
    close: () => db.close(),
  };
}

function pickParameters(greeting: Buffer): Buffer {
  const picked: Buffer[] = [];
  for (let offset = 0; offset < greeting.length; ) {
    const end = offset + 1 + greeting.readInt32BE(offset + 1);
    if (greeting[offset] === 'S'.charCodeAt(0)) picked.push(greeting.subarray(offset, end));
    offset = end;
  }
  return Buffer.concat(picked);
}
