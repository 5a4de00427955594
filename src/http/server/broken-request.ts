import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ProblemError } from '../problems/problem.js';
import { problemBody } from '../problems/problem-body.js';
import type { Service } from '../service/service.js';
import { securityHeaders } from './security-headers.js';

/**
 * Responds to input that is not a valid HTTP request: bytes that are not HTTP, headers that are too large or never
 * end, a body that takes too long. There is no route for it, so the response is written to the connection directly.
 */
export function respondToBrokenRequest(
  { log, metrics }: Service,
  { code }: NodeJS.ErrnoException,
  socket: Socket,
): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  // Do not write into a response that has started; Node checks the same before it responds itself.
  const { _httpMessage: response } = socket as Socket & { _httpMessage?: ServerResponse | null };
  if (response?.headersSent === true) return void socket.destroySoon();
  const problem = problemFromParser(code);
  const request_id = randomUUID();
  metrics.countBrokenRequest(problem.status);
  // The error contains the received bytes, so only its code is logged.
  // A client of gRPC cannot read the response, so the log has to say it.
  const level = code === http2Preface ? 'warn' : 'info';
  const text = code === http2Preface ? problem.message : 'broken request';
  log[level]({ request_id, status: problem.status, code }, text);
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

/** The error of Node's parser for the first bytes of HTTP/2. */
const http2Preface = 'HPE_PAUSED_H2_UPGRADE';

function problemFromParser(code: string | undefined): ProblemError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ProblemError('slow_request', 'The request took too long to arrive.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ProblemError('head_too_large', 'The headers are larger than 64 KiB.');
  }
  if (code === http2Preface) {
    return new ProblemError(
      'broken_request',
      'The client speaks HTTP/2 or gRPC. The service speaks HTTP/1.1: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.',
    );
  }
  return new ProblemError(
    'broken_request',
    'The input is not a valid HTTP/1.1 request. The service speaks HTTP, not HTTPS.',
  );
}
