import { execFileSync, spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runMetricsSchema, sessionMetricsSchema } from '#runfold/http/route/agno-schema.js';
import {
  eventRowSchema,
  messageSchema,
  pageOf,
  runSchema,
  runTreeSchema,
  sessionSchema,
  toolCallSchema,
  usageSeriesSchema,
} from '#runfold/http/route/response-schema.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { fastestTier } from '../../harness/tiers.js';
import { openTestService, posted, type TestService } from './http-service.js';

let service: TestService;
beforeAll(async () => {
  service = await openTestService(fastestTier());
  const details = { prompt_tokens_details: { a: 1 }, additional_metrics: { b: [1] } };
  const events = sampleEvents(64).map((event) =>
    event.metrics?.input_tokens === undefined
      ? event
      : { ...event, metrics: { ...event.metrics, ...details } },
  );
  expect((await service.fetch('/v1/events?wait=true', posted(events))).status).toBe(200);
});
afterAll(() => service.close());

describe('the OpenAPI document', () => {
  test('is accepted by a linter', async () => {
    const source = await (await service.fetch('/openapi.json')).text();
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source, config, absoluteRef: 'openapi.json' });
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
    expect(JSON.parse(source)).toMatchObject({ openapi: '3.1.0', info: { title: 'Runfold' } });
  });

  test.each([
    ['/v1/runs', pageOf(runSchema)],
    ['/v1/runs/sample-run-0', runSchema],
    ['/v1/runs/sample-run-0/tree', runTreeSchema],
    ['/v1/runs/sample-run-0/metrics', runMetricsSchema],
    ['/v1/sessions', pageOf(sessionSchema)],
    ['/v1/sessions/sample-session-0', sessionSchema],
    ['/v1/sessions/sample-session-0/metrics', sessionMetricsSchema],
    ['/v1/messages?run_id=sample-run-0', pageOf(messageSchema)],
    ['/v1/tool-calls?session_id=sample-session-0&failed=true', pageOf(toolCallSchema)],
    ['/v1/events?session_id=sample-session-0&limit=7', pageOf(eventRowSchema)],
    [
      '/v1/usage?from=2026-02-01T00:00:00Z&to=2026-02-03T00:00:00Z&bucket=day&group_by=provider,model&time_zone=Asia/Tokyo',
      usageSeriesSchema,
    ],
  ])(
    'says what %s responds',
    async (path, schema) => {
      const answer = await service.fetch(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('runfold-last-folded-at')).toMatch(/Z$/);
      expect(Number(answer.headers.get('runfold-lag-seconds'))).toBeGreaterThanOrEqual(0);
      const body = await answer.json();
      const checked = schema.safeParse(body);
      expect(checked.error?.issues).toBeUndefined();
      expect(JSON.stringify(body).length).toBeGreaterThan(40);
    },
    60_000,
  );
});

describe('the page /docs', () => {
  test('shows every operation and loads nothing', async () => {
    const answer = await service.fetch('/docs');
    const html = await answer.text();
    const document = JSON.parse(await (await service.fetch('/openapi.json')).text());
    for (const methods of Object.values<Record<string, { operationId: string }>>(document.paths)) {
      for (const { operationId } of Object.values(methods)) {
        expect(html).toContain(`id="${operationId}"`);
      }
    }
    expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(/);
    expect(html).not.toMatch(/href="(?!#|\/openapi\.json)/);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const broken = [...html.matchAll(/href="#([^"]+)"/g)].filter(
      ([, id]) => !html.includes(`id="${id}"`),
    );
    expect(broken).toEqual([]);
  });
});

describe('responses', () => {
  test('have an ETag, by which they need not be sent again', async () => {
    const first = await service.fetch('/v1/runs/sample-run-0');
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    const second = await service.fetch('/v1/runs/sample-run-0', { headers });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe('');
  });

  test('carry the security headers and the id of the request, and no CORS', async () => {
    for (const path of ['/v1/runs', '/nowhere', '/docs', '/v1/runs/%ff']) {
      const answer = await service.fetch(path, {
        headers: { 'x-request-id': 'trace-1', origin: 'https://example.com' },
      });
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-request-id')).toBe('trace-1');
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    const odd = await service.fetch('/livez', { headers: { 'x-request-id': 'a b\t"' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('to pages of elsewhere in a browser are refused while there are no keys', async () => {
    const foreign = await service.fetch('/v1/runs', {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(foreign.status).toBe(421);
    // fetch does not allow setting the Host.
    const rebound = await new Promise<string>((resolve, reject) => {
      const headers = { host: 'evil.example' };
      const call = request(`${service.http.url}/v1/runs`, { headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.once('end', () => resolve(text));
      });
      call.once('error', reject).end();
    });
    expect(JSON.parse(rebound)).toMatchObject({ code: 'foreign_origin' });
  });
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
if (!promtool && process.env.CI) throw new Error('Nothing may be skipped in CI; no promtool');
if (!promtool) console.warn('skipped: /metrics before promtool (no promtool on the PATH)');

describe('/metrics', () => {
  test.skipIf(!promtool)('is accepted by promtool', async () => {
    const text = await (await service.fetch('/metrics')).text();
    const output = execFileSync('promtool', ['check', 'metrics'], { input: text }).toString();
    expect(output).toBe('');
  });

  test('counts what came and what became of it, with bounded labels', async () => {
    await service.fetch('/v1/runs/one-of-very-many');
    const text = await (await service.fetch('/metrics')).text();
    const value = (name: string) =>
      Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
    expect(value('runfold_events_received_total')).toBe(64);
    expect(value('runfold_events_applied_total')).toBe(64);
    expect(value('runfold_events_duplicate_total')).toBe(0);
    expect(value('runfold_events_rejected_total')).toBe(0);
    expect(value('runfold_http_events_total{outcome="accepted"}')).toBe(64);
    expect(value('runfold_fold_batch_events_sum')).toBe(64);
    expect(value('runfold_fold_batch_seconds_count')).toBeGreaterThanOrEqual(1);
    expect(value('runfold_queue_age_seconds')).toBe(0);
    expect(value('runfold_queue_jobs{state="waiting"}')).toBe(0);
    expect(value('runfold_rebuilds_running')).toBe(0);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    expect(text).not.toContain('one-of-very-many');
  });
});
