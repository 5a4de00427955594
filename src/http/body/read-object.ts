import type { IncomingMessage } from 'node:http';
import type { HttpLimits } from '../service/http-limits.js';
import { readItems } from './read-items.js';
import { unreadable } from './received-body.js';

/** Reads a body of one JSON object. @throws ProblemError as `readItems` does */
export async function readObject(request: IncomingMessage, limits: HttpLimits): Promise<unknown> {
  const [item, second] = await readItems(request, { ...limits, body_bytes: 65_536 });
  if (item === undefined || item.faults !== undefined || second !== undefined) {
    throw unreadable('one JSON object');
  }
  return item.event;
}
