import type { ClientBase, Pool } from 'pg';
import { logColumns } from '../events/columns/log-columns.js';
import { beginBind, endBind, putParameter } from '../postgres/bind/bind-message.js';
import { bindQuery } from '../postgres/bind/bind-query.js';
import { type ByteArena, createArenaPool } from '../postgres/bind/byte-arena.js';
import { isPooled, learnFrom } from '../postgres/pooled-sessions.js';
import { statementName } from '../postgres/prepared-query.js';
import type { EventBatch } from './batch.js';
import { encodeBatch } from './encode-batch.js';
import type { Reject } from './reject.js';

/** Runs the append-and-fold statement. */
export type RunStatement = (batch: EventBatch, rejects: readonly Reject[]) => Promise<BatchAnswer>;

/** The counts that the statement returns: how many events and how many rejects were new. */
export interface BatchAnswer {
  readonly applied: number;
  readonly rejected: number;
  /** The holds on budgets that new events name, with their projects, if the statement returns them. */
  readonly holds?: readonly (readonly [project: number, hold: string])[] | null;
}

/** The initial size of an arena. It grows to fit the batch. */
const arenaBytes = 65_536;
/** The largest arena that is reused: twice the size of a usual batch of 5,000 events. */
const keptBytes = 8 * 1_048_576;
/** All statements share them: a store with many stripes has many statements, and few run at a time. */
export const arenas = createArenaPool(arenaBytes, keptBytes);
const formats = ['text', ...logColumns.map(() => 'binary' as const)] as const;

/**
 * The statement on a pool or on one connection. It is prepared once per connection, unless
 * connections share a session.
 */
export function statementOn<Answer = BatchAnswer>(
  on: Pool | ClientBase,
  text: string,
  prepared: boolean,
): (batch: EventBatch, rejects: readonly Reject[]) => Promise<Answer> {
  const named = { name: statementName(text), text };
  return async (batch, rejects) => {
    const statement = prepared && !(await isPooled(on)) ? named : { text };
    const arena = arenas.take();
    beginBind(arena, statement === named ? named.name : '', formats);
    putParameter(arena, () => putText(arena, JSON.stringify(rejects)));
    encodeBatch(batch, arena);
    endBind(arena);
    const [answer] = await bindQuery<Answer>(on, statement, arena.written()).catch((error) => {
      learnFrom(error, on);
      throw error;
    });
    if (answer === undefined) throw new Error('Expected one row, got none.');
    // After an error the connection may still be sending from this buffer, so it is not reused.
    arenas.giveBack(arena);
    return answer;
  };
}

function putText(arena: ByteArena, text: string): void {
  arena.reserve(Buffer.byteLength(text));
  arena.at += arena.buffer.write(text, arena.at);
}
