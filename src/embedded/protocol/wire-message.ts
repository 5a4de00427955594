// The messages of the Postgres wire protocol that this server writes.
// Formats: https://www.postgresql.org/docs/18/protocol-message-formats.html

function message(type: string, ...body: Buffer[]): Buffer {
  const payload = Buffer.concat(body);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(payload.length + 4, 1);
  return Buffer.concat([head, payload]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, 'utf8');
}

/** A simple query (frontend). */
export function simpleQuery(sql: string): Buffer {
  return message('Q', text(sql));
}

/** Ends an extended batch (frontend). */
export function sync(): Buffer {
  return message('S');
}

/** Aborts a COPY FROM STDIN (frontend); Postgres ignores it outside of one. */
export function copyFail(reason: string): Buffer {
  return message('f', text(reason));
}

/** The session's startup message (frontend), protocol 3.0. */
export function startup(user: string, database: string): Buffer {
  const body = Buffer.concat(['user', user, 'database', database, ''].map(text));
  return Buffer.concat([int32(body.length + 8), int32(196_608), body]);
}

/** AuthenticationOk: the mode of the folder is the authentication. */
export function authenticationOk(): Buffer {
  return message('R', int32(0));
}

/** BackendKeyData. Cancel requests are ignored, so the key has no use. */
export function backendKey(pid: number, secret: number): Buffer {
  return message('K', int32(pid), int32(secret));
}

/** ReadyForQuery, idle. */
export function readyForQuery(): Buffer {
  return message('Z', Buffer.from('I'));
}

/** NegotiateProtocolVersion: 3.0 and none of the named options. */
export function negotiateProtocol(options: readonly string[]): Buffer {
  return message('v', int32(196_608), int32(options.length), ...options.map(text));
}

/** CopyInResponse with unspecified columns. */
export function copyInResponse(binary: boolean): Buffer {
  return message('G', Buffer.from([binary ? 1 : 0, 0, 0]));
}

/** ErrorResponse of severity FATAL: the connection ends after it. */
export function fatalError(sqlstate: string, reason: string): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${sqlstate}`, `M${reason}`, ''];
  return message('E', ...fields.map(text));
}
