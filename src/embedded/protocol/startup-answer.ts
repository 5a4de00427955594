import { randomInt } from 'node:crypto';
import { WireProtocolError } from './message-reader.js';
import {
  authenticationOk,
  backendKey,
  fatalError,
  negotiateProtocol,
  readyForQuery,
} from './wire-message.js';

const sslRequest = 80_877_103;
const gssRequest = 80_877_104;
const cancelRequest = 80_877_102;
const protocol30 = 196_608;
const onlyDatabase = 'postgres';

/** The bytes for a client, and what follows: it is accepted (`start`), must send another message, or is ended. */
export interface StartupAnswer {
  readonly bytes: Buffer;
  readonly next: 'start' | 'ask' | 'end';
}

/**
 * Responds to a message of the startup phase. Encryption is declined, cancel requests
 * are ignored, any user name is accepted; the database must be the only one that exists.
 */
export function answerStartup(message: Buffer, parameters: Buffer): StartupAnswer {
  const code = message.length < 8 ? 0 : message.readInt32BE(4);
  if (code === sslRequest || code === gssRequest) return { bytes: Buffer.from('N'), next: 'ask' };
  if (code === cancelRequest) return { bytes: Buffer.alloc(0), next: 'end' };
  if (code >> 16 !== 3) {
    throw new WireProtocolError(`Expected protocol 3, got ${code >> 16}.${code & 0xffff}.`);
  }
  const options = readOptions(message);
  const database = options.get('database') ?? options.get('user') ?? '';
  if (database !== onlyDatabase) {
    const reason = `Expected database "${onlyDatabase}", the only one of an embedded store, got "${database}".`;
    return { bytes: fatalError('3D000', reason), next: 'end' };
  }
  const unknown = [...options.keys()].filter((name) => name.startsWith('_pq_.'));
  const negotiation =
    code === protocol30 && unknown.length === 0 ? [] : [negotiateProtocol(unknown)];
  const key = backendKey(process.pid, randomInt(2 ** 31));
  const bytes = [...negotiation, authenticationOk(), parameters, key, readyForQuery()];
  return { bytes: Buffer.concat(bytes), next: 'start' };
}

function readOptions(message: Buffer): Map<string, string> {
  const fields = message.toString('utf8', 8).split('\0');
  const options = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index];
    if (name) options.set(name, fields[index + 1] ?? '');
  }
  return options;
}
