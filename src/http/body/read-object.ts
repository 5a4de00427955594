import type { IncomingMessage } from 'node:http';
import { createBodyRooms } from '../service/body-room.js';
import type { HttpLimits } from '../service/http-limits.js';
import { readItems } from './read-items.js';
import { unreadable } from './received-body.js';

const smallBody = 65_536;

/** Reads a body of one JSON object. @throws ProblemError as `readItems` does */
export async function readObject(request: IncomingMessage, limits: HttpLimits): Promise<unknown> {
  const small = { ...limits, body_bytes: smallBody, decoded_bytes: smallBody };
  const room = createBodyRooms(smallBody).open();
  const [item, second] = await readItems(request, small, room);
  if (item === undefined || item.faults !== undefined || second !== undefined) {
    throw unreadable('one JSON object');
  }
  return item.event;
}
