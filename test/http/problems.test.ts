import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemCodes } from '#runfold/http/problems/problem-codes.js';
import { startNode } from '../../harness/processes.js';
import { fastestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message } from '../cli/command-line.js';
import { jsonOf, openTestService, type TestService } from './http-service.js';

/** The service's response to raw bytes, until it closes the connection. */
async function sendRaw({ http }: TestService, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(http.url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return text(socket);
}

describe('a problem', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await openTestService(fastestTier(), { limits: { request_timeout_ms: 1_000 } });
  });
  afterAll(() => service.close());

  test.each([
    ['a path that is none', 'GET', '/nowhere', 404, 'no_such_path'],
    ['a run that is none', 'GET', '/v1/runs/nobody', 404, 'not_found'],
    ['a method that the path has not', 'PUT', '/v1/runs', 405, 'method_not_allowed'],
    ['a preflight of CORS', 'OPTIONS', '/v1/events', 405, 'method_not_allowed'],
    ['a parameter that is none', 'GET', '/v1/runs?limit=1&sort=x', 400, 'invalid_request'],
    ['a parameter given twice', 'GET', '/v1/runs?limit=1&limit=2', 400, 'invalid_request'],
    ['a path that is not encoded', 'GET', '/v1/runs/%ff', 400, 'bad_request'],
    ['a name that is too long', 'GET', `/v1/runs/${'x'.repeat(9_000)}`, 414, 'path_too_long'],
    ['events without a type', 'POST', '/v1/events', 415, 'unsupported_media_type'],
  ])('of %s has the shape of all', async (_what, method, path, status, code) => {
    const answer = await service.fetch(path, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const body = await jsonOf(answer);
    expect(body).toMatchObject({ status, code, type: `/docs#${code}` });
    expect(body.request_id).toBe(answer.headers.get('x-request-id'));
    expect(String(body.title).length).toBeGreaterThan(2);
    expect(String(body.detail).length).toBeGreaterThan(10);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each(['/v1/budgets', '/v1/budgets/check', '/v1/channels', '/v1/corrections'])(
    'of thousands of names for %s lists a hundred, and how many more',
    async (path) => {
      const names = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, at]));
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ kind: 'webhook', id: 'e', set: { time: 1 }, ...names });
      const answer = await service.fetch(path, { method: 'POST', headers, body });
      const faults = (await jsonOf(answer)).faults as readonly { readonly got: string }[];
      expect(answer.status).toBe(400);
      expect(faults).toHaveLength(101);
      expect(faults.at(-1)?.got).toMatch(/^49\d\d more$/);
    },
  );

  test('says what it got of a list, and where JSON ends being JSON', async () => {
    const range = 'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z';
    const list = await service.fetch(`/v1/usage?${range}&group_by=model,user`);
    expect((await jsonOf(list)).detail).toMatch(/^group_by\.1: expected any of .*, got "user"\.$/);
    const headers = { 'content-type': 'application/json' };
    const body = '[{"type":"run",\n  "run_id":"x",}]';
    const broken = await service.fetch('/v1/events', { method: 'POST', headers, body });
    expect((await jsonOf(broken)).detail).toBe(
      'Expected a body of JSON in UTF-8, got something else at line 2, column 16, in item 1 of the array.',
    );
  });

  test('names the methods that a path has', async () => {
    const allowed = async (path: string) =>
      (await service.fetch(path, { method: 'PATCH' })).headers.get('allow');
    expect(await allowed('/v1/events')).toBe('POST, GET, HEAD');
    expect(await allowed('/v1/tail')).toBe('GET');
    expect(await allowed('/v1/keys/x')).toBe('DELETE');
    expect((await service.fetch('/v1/runs', { method: 'HEAD' })).status).toBe(200);
  });

  test.each([
    ['bytes that are not HTTP', 'hello\r\n\r\n', 400, 'broken_request'],
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex'), 400, 'broken_request'],
    [
      'a head that is too large',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
      431,
      'head_too_large',
    ],
    [
      'two lengths of one body',
      'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n{}',
      400,
      'broken_request',
    ],
  ])('of %s is one too, and counted', async (_what, bytes, status, code) => {
    const written = await sendRaw(service, bytes);
    expect(written).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(written).toContain('\r\ncontent-type: application/problem+json');
    expect(written).toContain('\r\nx-content-type-options: nosniff');
    const [, body = ''] = written.split('\r\n\r\n');
    expect(JSON.parse(body)).toMatchObject({ status, code, type: `/docs#${code}` });
    const metrics = await (await service.fetch('/metrics')).text();
    expect(metrics).toContain(
      `runfold_http_requests_total{method="unknown",route="unknown",status="${status}"}`,
    );
  });

  test('leads to a line of /docs, whatever its code', async () => {
    const html = await (await service.fetch('/docs')).text();
    for (const [code, { status }] of Object.entries(problemCodes)) {
      expect(html).toContain(`<tr id="${code}"><td><code class="s${String(status)[0]}">${status}`);
    }
  });

  test('reaches a client that is still sending a body which nobody wants', async () => {
    const { headers } = await service.key(1, ['read']);
    await waitUntil(async () => (await service.fetch('/v1/runs')).status === 401);
    // In a separate process: one that shares the event loop would see the response before it sends
    // more.
    const program = `
      const [url, authorization] = process.argv.slice(1);
      const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
      const body = Buffer.alloc(40 * 2 ** 20, ' ');
      const answer = await fetch(url, { method: 'POST', headers, body });
      console.log(JSON.stringify({ status: answer.status, code: (await answer.json()).code }));`;
    const cases = [
      [headers.authorization, 403, 'wrong_scope'],
      ['', 401, 'unauthorized'],
      [(await service.key(1, ['ingest'])).headers.authorization, 413, 'too_large'],
    ] as const;
    for (const [authorization, status, code] of cases) {
      const url = `${service.http.url}/v1/events`;
      const args = ['--input-type=module', '--eval', program, url, authorization];
      const { stdout, stderr } = await startNode(args).exit;
      expect(stdout, stderr).toBe(`${JSON.stringify({ status, code })}\n`);
    }
  });
});

describe('a service that is closing', () => {
  test('responds to what is at work, and what comes after it on the same connection with 503', async () => {
    const service = await openTestService(fastestTier(), { worker_runs: false });
    const { hostname, port } = new URL(service.http.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    const body = JSON.stringify(message('at-work'));
    socket.write(
      `POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
    );
    // The service has started the request, and waits for its body.
    const [begun] = await once(socket, 'data');
    expect(begun).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    const closed = service.http.close();
    const written = text(socket);
    socket.write(`${body}GET /v1/runs HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    const answers = (await written).split(/(?=HTTP\/1\.1 )/);
    expect(answers).toHaveLength(2);
    expect(answers[0]).toMatch(/^HTTP\/1\.1 202 /);
    expect(answers[0]).toContain('"accepted":1');
    expect(answers[1]).toMatch(/^HTTP\/1\.1 503 /);
    expect(answers[1]).toContain('\r\nretry-after: ');
    expect(answers[1]).toContain('"code":"closing"');
    await closed;
    await service.close();
  });
});
