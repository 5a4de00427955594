import pg from 'pg';
import { type ByteArena, putWord } from './byte-arena.js';

/** What `pg` runs the statement with. */
export interface Statement {
  readonly text: string;
  /** Under which a connection keeps it prepared; without one it is prepared each time. */
  readonly name?: string;
}

/** How a parameter's value is written. */
export type ParameterFormat = 'text' | 'binary';

const messageType = 'B'.charCodeAt(0);

/**
 * Begins the message that gives a statement its parameters (Bind; PostgreSQL manual, "Message
 * Formats"). The value of each parameter follows, by `putParameter`, and then `endBind`.
 */
export function beginBind(
  arena: ByteArena,
  name: string,
  formats: readonly ParameterFormat[],
): void {
  arena.at = 0;
  arena.reserve(16 + Buffer.byteLength(name) + 2 * formats.length);
  const { buffer } = arena;
  let at = buffer.writeUInt8(messageType, 0);
  // The length of the message, known at its end; then the portal, without a name.
  at = buffer.writeUInt8(0, putWord(buffer, at, 0));
  at += buffer.write(name, at);
  at = buffer.writeUInt8(0, at);
  at = buffer.writeInt16BE(formats.length, at);
  for (const format of formats) at = buffer.writeInt16BE(format === 'binary' ? 1 : 0, at);
  arena.at = buffer.writeInt16BE(formats.length, at);
}

/** Puts what `write` writes behind its length. */
export function putParameter(arena: ByteArena, write: () => void): void {
  arena.reserve(4);
  const start = arena.at;
  arena.at += 4;
  write();
  putWord(arena.buffer, start, arena.at - start - 4);
}

/** Ends the message: all columns of the answer are to come as text. */
export function endBind(arena: ByteArena): void {
  arena.reserve(4);
  arena.at = arena.buffer.writeInt16BE(0, arena.buffer.writeInt16BE(1, arena.at));
  putWord(arena.buffer, 1, arena.at - 1);
}

/** Runs a statement with a Bind message as it was written. */
export function bindQuery<Row>(
  on: pg.Pool | pg.ClientBase,
  statement: Statement,
  message: Buffer,
): Promise<readonly Row[]> {
  const run = on.query.bind(on) as unknown as (query: pg.Query, values: undefined, d: Done) => void;
  type Done = (error: Error | null | undefined, result: { rows: Row[] }) => void;
  return new Promise((resolve, reject) => {
    run(new BoundQuery(statement, message), undefined, (error, result) => {
      if (error) reject(error);
      else resolve(result.rows);
    });
  });
}

/** What the types of `pg` leave out. */
const Query = pg.Query as unknown as new (
  statement: Statement,
) => pg.Query & { requiresPreparation(): boolean; prepare(connection: pg.Connection): void };

/**
 * `pg`'s query, except for one message. `pg` would copy the parameters, two megabytes of them, into
 * memory of its own three times over, and that memory is new each time.
 */
class BoundQuery extends Query {
  readonly #message: Buffer;

  constructor(statement: Statement, message: Buffer) {
    super(statement);
    this.#message = message;
  }

  override requiresPreparation(): boolean {
    return true;
  }

  override prepare(connection: pg.Connection): void {
    const { stream } = connection;
    // As `pg` sends: what comes after a connection's end is lost, and its end is told by itself.
    const bind = { value: () => stream.writable && stream.write(this.#message) };
    super.prepare(Object.create(connection, { bind }) as pg.Connection);
  }
}
