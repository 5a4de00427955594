import { type ByteArena, putWord } from './byte-arena.js';

/** The format of a parameter's value. */
export type ParameterFormat = 'text' | 'binary';

const messageType = 'B'.charCodeAt(0);

/**
 * Begins the Bind message, which has the parameters of a statement (PostgreSQL manual, "Message
 * Formats"). Call `putParameter` for each parameter, and then `endBind`.
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
  // The length of the message, which is known at the end; then the portal, without a name.
  at = buffer.writeUInt8(0, putWord(buffer, at, 0));
  at += buffer.write(name, at);
  at = buffer.writeUInt8(0, at);
  at = buffer.writeInt16BE(formats.length, at);
  for (const format of formats) at = buffer.writeInt16BE(format === 'binary' ? 1 : 0, at);
  arena.at = buffer.writeInt16BE(formats.length, at);
}

/** Writes the length of what `write` writes, followed by it. */
export function putParameter(arena: ByteArena, write: () => void): void {
  arena.reserve(4);
  const start = arena.at;
  arena.at += 4;
  write();
  putWord(arena.buffer, start, arena.at - start - 4);
}

/** Ends the message: all columns of the result are requested as text. */
export function endBind(arena: ByteArena): void {
  arena.reserve(4);
  arena.at = arena.buffer.writeInt16BE(0, arena.buffer.writeInt16BE(1, arena.at));
  putWord(arena.buffer, 1, arena.at - 1);
}
