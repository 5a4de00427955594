import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithPostgres } from '../../harness/suite.js';
import { jsonOf, openTestService, type TestService } from '../http/http-service.js';

const built = join(import.meta.dirname, '..', '..', 'dist', 'web');

/** Requests without the additions of `fetch`: the bytes on the wire. */
function raw(url: string, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: number }>(
    (resolve, reject) => {
      get(url, { headers }, (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes }),
        );
      }).on('error', reject);
    },
  );
}

describeWithPostgres('the web page as it is served', () => {
  let service: TestService;
  let script = '';

  beforeAll(async () => {
    service = await openTestService('postgres', { worker_runs: false, base_path: '/runfold' });
    const document = await (await service.fetch('/')).text();
    script = /src="\/runfold(\/assets\/[^"]+\.js)"/.exec(document)?.[1] ?? '';
  });
  afterAll(() => service.close());

  test('is one document at every address of a screen, with a policy that lets nothing else in', async () => {
    for (const path of [
      '/',
      '/sessions',
      '/sessions/s%2F1',
      '/runs/r-1',
      '/tools/search',
      '/health',
      '/keys',
    ]) {
      const answer = await service.fetch(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
      expect(policy).not.toContain('unsafe');
    }
  });

  test('has no line of script or style in the document itself', async () => {
    const document = await (await service.fetch('/')).text();
    expect(document).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });

  test('leaves unknown paths and other methods to the API', async () => {
    const unknown = await service.fetch('/nothing-here');
    expect(unknown.status).toBe(404);
    expect(await jsonOf(unknown)).toMatchObject({ code: 'no_such_path' });
    const posted = await service.fetch('/sessions', { method: 'POST' });
    expect(posted.status).toBe(405);
    expect(posted.headers.get('allow')).toBe('GET, HEAD');
    for (const path of [
      '/assets/../index.html',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/index.html',
    ]) {
      expect([path, (await raw(`${new URL(service.http.url).origin}${path}`)).status]).toEqual([
        path,
        404,
      ]);
    }
  });

  test('sends assets packed, for good, and once', async () => {
    const url = `${service.http.url}${script}`;
    const plain = await raw(url);
    const packed = await raw(url, { 'accept-encoding': 'gzip, br' });
    const gzipped = await raw(url, { 'accept-encoding': 'gzip, br;q=0' });
    expect([plain.status, packed.status, gzipped.status]).toEqual([200, 200, 200]);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packed.headers['content-encoding']).toBe('br');
    expect(gzipped.headers['content-encoding']).toBe('gzip');
    expect(packed.bytes).toBeLessThan(gzipped.bytes);
    expect(gzipped.bytes).toBeLessThan(plain.bytes / 2);
    expect(packed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(packed.headers.vary).toBe('accept-encoding');
    const again = await raw(url, { 'if-none-match': String(packed.headers.etag) });
    expect([again.status, again.bytes]).toEqual([304, 0]);
  });

  test('lies under a base path, with the API beside it, and at the root for proxies that strip it', async () => {
    const origin = new URL(service.http.url).origin;
    expect(service.http.url).toBe(`${origin}/runfold`);
    for (const path of [
      '/runfold',
      '/runfold/',
      '/runfold?range=7d',
      '/runfold/runs',
      '/runs',
      '/runfold/v1/runs',
      '/v1/runs',
    ]) {
      expect([path, (await raw(`${origin}${path}`)).status]).toEqual([path, 200]);
    }
    expect((await raw(`${origin}/runfoldish`)).status).toBe(404);
  });

  test('can be left out', async () => {
    const bare = await openTestService('postgres', { worker_runs: false, page: false });
    try {
      expect(bare.http.has_page).toBe(false);
      expect((await bare.fetch('/')).status).toBe(404);
      expect((await bare.fetch('/v1/runs')).status).toBe(200);
    } finally {
      await bare.close();
    }
  });
});

describe('the size of the web page', () => {
  const assets = join(built, 'assets');
  const files = readdirSync(assets).map((name) => ({
    name,
    text: /\.(js|css)$/.test(name) ? readFileSync(join(assets, name)) : undefined,
  }));
  const packedKb = (choose: (name: string) => boolean) =>
    files.reduce(
      (sum, { name, text }) =>
        sum + (text !== undefined && choose(name) ? gzipSync(text).length / 1000 : 0),
      0,
    );

  test('stays within its budgets: 45 kB for the first view, 90 kB in all, 10 kB of style', () => {
    const document = readFileSync(join(built, 'index.html'), 'utf8');
    const first = /src="\/assets\/([^"]+\.js)"/.exec(document)?.[1] ?? '';
    const script = files.find(({ name }) => name === first)?.text?.toString() ?? '';
    const imported = [...script.matchAll(/from\s*["']\.\/([^"']+\.js)["']/g)].map(
      ([, name]) => name,
    );
    expect(packedKb((name) => name === first || imported.includes(name))).toBeLessThan(45);
    expect(packedKb((name) => name.endsWith('.js'))).toBeLessThan(90);
    expect(packedKb((name) => name.endsWith('.css'))).toBeLessThan(10);
  });

  test('holds no font, no picture and no address of anybody else', () => {
    expect(files.filter(({ name }) => !/\.(js|css)(\.br|\.gz)?$/.test(name))).toEqual([]);
    for (const { name, text } of files) {
      const hosts = [...(text?.toString() ?? '').matchAll(/https?:\/\/[\w.-]+/g)].map(
        ([url]) => url,
      );
      expect([name, hosts.filter((url) => !url.startsWith('http://www.w3.org'))]).toEqual([
        name,
        [],
      ]);
    }
  });

  test('comes with the licences of what is bundled', () => {
    const licences = readFileSync(join(built, 'licences.txt'), 'utf8');
    for (const name of ['preact', '@preact/signals', 'd3-array', 'd3-shape'])
      expect(licences).toContain(`${name}\n\n`);
  });
});
