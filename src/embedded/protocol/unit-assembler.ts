import { WireProtocolError } from './message-reader.js';
import { getListenChanges, isCopyIn, type ListenChange, mayCopyIn } from './statement-text.js';
import { copyFail } from './wire-message.js';

/** The messages that a client sends to the session in one turn. */
export interface Unit {
  readonly parts: Buffer[];
  /** Ended by Flush: the session is in the middle of a batch and belongs to the client until Sync. */
  readonly partial: boolean;
  readonly listen_changes: readonly ListenChange[];
  /** The unit could start another COPY FROM STDIN than the one whose data it has. */
  readonly may_copy_in: boolean;
  /** The unit is a COPY FROM STDIN. `complete` once its data has arrived. */
  readonly copy_in: { readonly binary: boolean; complete: boolean; announced: boolean } | undefined;
}

/** Groups a client's messages into units. */
export interface UnitAssembler {
  /** Adds the next message; throws WireProtocolError for a message that must not reach the session. */
  push(message: Buffer): void;
}

/**
 * `on_unit` is called when a unit becomes runnable, for a COPY FROM STDIN before its data
 * arrives; `on_copied` is called when the data of the latest one is complete.
 *
 * The session reads its input synchronously and dies if there is no input during a COPY, so the data
 * is collected first and the unit runs once it is complete.
 */
export function createUnitAssembler(
  on_unit: (unit: Unit) => void,
  on_copied: (unit: Unit) => void,
): UnitAssembler {
  let parts: Buffer[] = [];
  let listen_changes: ListenChange[] = [];
  let may_copy_in = false;
  let copying: Unit | undefined;

  function end(partial: boolean, copy_in?: Unit['copy_in']): Unit {
    const unit = { parts, partial, listen_changes, may_copy_in, copy_in };
    parts = [];
    listen_changes = [];
    may_copy_in = false;
    on_unit(unit);
    return unit;
  }

  function note(sql: string): void {
    listen_changes.push(...getListenChanges(sql));
    may_copy_in ||= mayCopyIn(sql);
  }

  function endCopy(unit: Unit, last: Buffer): void {
    unit.parts.push(last);
    copying = undefined;
    if (unit.copy_in !== undefined) unit.copy_in.complete = true;
    on_copied(unit);
  }

  /** Whether the message belonged to the current COPY. */
  function copy(unit: Unit, type: string, message: Buffer): boolean {
    if (type === 'd') unit.parts.push(message);
    else if (type === 'c' || type === 'f') endCopy(unit, message);
    else if (type !== 'S' && type !== 'H') {
      endCopy(unit, copyFail(`unexpected message ${type} during COPY from stdin`));
      return false;
    }
    return true;
  }

  return {
    push(message) {
      const type = String.fromCharCode(message[0] ?? 0);
      if (copying !== undefined && copy(copying, type, message)) return;
      // Postgres ignores copy data outside of a COPY, such as the rest of one that failed early.
      if (type === 'd' || type === 'c' || type === 'f') return;
      if (!'QPBDECSHF'.includes(type)) {
        throw new WireProtocolError(
          `Expected a frontend message, got type ${JSON.stringify(type)}.`,
        );
      }
      parts.push(message);
      if (type === 'P') note(readText(message, message.indexOf(0, 5) + 1));
      if (type === 'S' || type === 'F') end(false);
      if (type === 'H') end(true);
      if (type !== 'Q') return;
      const sql = readText(message, 5);
      note(sql);
      if (!isCopyIn(sql)) end(false);
      else
        copying = end(false, {
          binary: /\bbinary\b/i.test(sql),
          complete: false,
          announced: false,
        });
    },
  };
}

function readText(message: Buffer, start: number): string {
  const stop = message.indexOf(0, start);
  return message.toString('utf8', start, stop === -1 ? message.length : stop);
}
