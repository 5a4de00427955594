import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ProblemError, problemBody } from '../problems/problem.js';
import type { Service } from '../service/service.js';
import { securityHeaders } from './security-headers.js';

/**
 * Answers what is no request: bytes that are not HTTP, a head that is too large or never ends, a body
 * that takes too long. There is no route for it, so the answer goes out on the bare connection.
 */
export function answerBrokenRequest(
  { log, metrics }: Service,
  { code }: NodeJS.ErrnoException,
  socket: Socket,
): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  // An answer that has begun is not written into: Node looks at the same before it answers itself.
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null };
  if (answer?.headersSent === true) return void socket.destroySoon();
  const problem = problemOfParser(code);
  const request_id = randomUUID();
  metrics.countBrokenRequest(problem.status);
  // The error holds the bytes that came: only its code is logged.
  log.info({ request_id, status: problem.status, code }, 'broken request');
  if (socket.writable) {
    const body = JSON.stringify(problemBody(problem, request_id));
    const headers = {
      ...securityHeaders,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'x-request-id': request_id,
      connection: 'close',
    };
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`;
    socket.write(`${status}\r\n${head.join('')}\r\n${body}`);
  }
  socket.destroySoon();
}

function problemOfParser(code: string | undefined): ProblemError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ProblemError('slow_request', 'Expected the whole request in time, got a part.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ProblemError('head_too_large', 'Expected a head of at most 64 KiB, got more.');
  }
  return new ProblemError(
    'broken_request',
    'Expected a request of HTTP/1.1, got something else. The service speaks HTTP, not HTTPS.',
  );
}
