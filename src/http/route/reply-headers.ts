import type { FastifyReply } from 'fastify';

/** The heads given to a reply, for an answer that is written past it. */
export function headersOf(reply: FastifyReply): Map<string, string> {
  return new Map(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
