import type { FastifyReply } from 'fastify';

/** The headers of a reply, for a response that is written directly to the socket. */
export function headersOf(reply: FastifyReply): Map<string, string> {
  return new Map(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
