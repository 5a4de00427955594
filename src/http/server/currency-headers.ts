import type { FastifyReply } from 'fastify';
import type { Currency } from '../service/freshness.js';
import type { Service } from '../service/service.js';

/** Sets the headers that say how current a response is; their values are read before the data. */
export async function sayCurrency(
  service: Service,
  project: number,
  reply: FastifyReply,
): Promise<void> {
  say(await service.freshness.read(project), reply);
}

/** Sets these headers if the values are known, without waiting. */
export function sayKnown(service: Service, project: number, reply: FastifyReply): void {
  const known = service.freshness.known(project);
  if (known !== undefined) say(known, reply);
}

function say({ last_folded_at, lag_seconds }: Currency, reply: FastifyReply): void {
  if (last_folded_at !== null) reply.header('runfold-last-folded-at', last_folded_at);
  if (lag_seconds !== null) reply.header('runfold-lag-seconds', lag_seconds);
}
