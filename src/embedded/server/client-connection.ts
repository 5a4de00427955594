import type { Socket } from 'node:net';
import { createMessageReader, WireProtocolError } from '../protocol/message-reader.js';
import { answerStartup } from '../protocol/startup-answer.js';
import { createUnitAssembler, type Unit } from '../protocol/unit-assembler.js';
import { fatalError } from '../protocol/wire-message.js';

/** What a client waits its turn for: a unit, or its own end. */
export type ClientItem = Unit | 'end';

/** One client of the shared session, during or after its handshake. */
export interface ClientConnection {
  /** Channels the client listens on. */
  readonly channels: Set<string>;
  /** The item whose turn is next. It stays in the queue. */
  peek(): ClientItem | undefined;
  /** Removes and returns the item whose turn is next. */
  take(): ClientItem | undefined;
  /** Whether the client reads its responses more slowly than they arrive. */
  isCongested(): boolean;
  write(parts: readonly Buffer[]): void;
  /** Stops reading. Complete messages are still run, then the connection ends. */
  endSoon(reason: string): void;
  /** Ends the connection now, with the reason given to `endSoon`, if any. */
  finish(): void;
  destroy(): void;
}

// The maximum size of a client's waiting units before its socket is no longer read, in bytes.
const backlogLimit = 16 * 1024 * 1024;
// How long a client may take to read its last responses, in milliseconds.
const farewellLimitMs = 2_000;

/** `on_work` is called whenever the client's next item may have become runnable. */
export function createClientConnection(
  socket: Socket,
  parameters: Buffer,
  on_work: (client: ClientConnection) => void,
): ClientConnection {
  const reader = createMessageReader();
  const assembler = createUnitAssembler(
    (unit) => add(unit),
    (unit) => arrived(unit),
  );
  let items: ClientItem[] = [];
  let backlog = 0;
  let started = false;
  let ended = false;
  let farewell: Buffer | undefined;

  const client: ClientConnection = {
    channels: new Set(),
    peek: () => items[0],
    take() {
      const item = items.shift();
      if (item !== undefined && item !== 'end') backlog -= sizeOf(item);
      if (backlog <= backlogLimit && socket.isPaused()) socket.resume();
      return item;
    },
    isCongested: () => socket.writableNeedDrain && !socket.destroyed,
    write(parts) {
      if (!socket.writable) return;
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    },
    endSoon(reason) {
      farewell ??= fatalError('57P01', reason);
      end();
    },
    finish() {
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      if (farewell !== undefined) socket.write(farewell);
      socket.end();
      socket.resume();
      // The client may never read, so this limits the wait.
      const deadline = setTimeout(() => socket.destroy(), farewellLimitMs);
      socket.once('close', () => clearTimeout(deadline));
    },
    destroy: () => socket.destroy(),
  };

  function add(unit: Unit): void {
    items.push(unit);
    if (unit.copy_in === undefined) arrived(unit);
    else on_work(client);
  }

  function arrived(unit: Unit): void {
    backlog += sizeOf(unit);
    if (backlog > backlogLimit) socket.pause();
    on_work(client);
  }

  function end(): void {
    if (ended) return;
    ended = true;
    items = items.filter((item) => item === 'end' || item.copy_in?.complete !== false);
    items.push('end');
    on_work(client);
  }

  function receive(): void {
    while (!ended) {
      const message = reader.read(started ? 1 : 0);
      if (message === undefined) return;
      if (!started) greet(message);
      else if (message[0] === 0x58) end();
      else assembler.push(message);
    }
  }

  function greet(message: Buffer): void {
    const answer = answerStartup(message, parameters);
    if (answer.bytes.length > 0) client.write([answer.bytes]);
    if (answer.next === 'start') started = true;
    else if (answer.next === 'end') end();
  }

  socket.on('data', (chunk: Buffer) => {
    if (ended) return;
    reader.push(chunk);
    try {
      receive();
    } catch (error) {
      if (!(error instanceof WireProtocolError)) throw error;
      farewell = fatalError('08P01', error.message);
      end();
    }
  });
  socket.on('drain', () => on_work(client));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => end());
  return client;
}

function sizeOf(unit: Unit): number {
  return unit.parts.reduce((total, part) => total + part.length, 0);
}
