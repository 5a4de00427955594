import pg from 'pg';

/** Options of the statement. */
export interface Statement {
  readonly text: string;
  /** The name of the prepared statement; without one it is prepared each time. */
  readonly name?: string;
}

/** Runs a statement with a prepared Bind message. */
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

/** Parts that are missing in the types of `pg`. */
const Query = pg.Query as unknown as new (
  statement: Statement,
) => pg.Query & { requiresPreparation(): boolean; prepare(connection: pg.Connection): void };

/**
 * `pg`'s query, except for one message. `pg` would copy the parameters, two megabytes of them,
 * three times into newly allocated memory.
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
    // Like `pg`: data after a connection's end is lost, and the end is reported separately.
    const bind = { value: () => stream.writable && stream.write(this.#message) };
    super.prepare(Object.create(connection, { bind }) as pg.Connection);
  }
}
