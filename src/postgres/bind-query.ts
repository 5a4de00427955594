import pg from 'pg';

/** What `pg` runs the statement with. */
export interface Statement {
  readonly text: string;
  /** Under which a connection keeps it prepared; without one it is prepared each time. */
  readonly name?: string;
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
