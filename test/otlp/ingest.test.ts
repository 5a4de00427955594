import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { openQueueGauge, type QueueGauge } from '#runfold/queue/queue-gauge.js';
import { createProject } from '#runfold/store/projects.js';
import type { TierName } from '#runfold/tier.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { type Capture, type CapturedRequest, readCaptures } from '../../harness/otlp/captures.js';
import { readRows } from '../../harness/otlp/read-rows.js';
import { comparable } from '../../harness/otlp/totals.js';
import { randomNumbers } from '../../harness/random-numbers.js';
import { describeOnEachTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { type KeyHeaders, openTestService, type TestService } from '../http/http-service.js';
import { requestOf, shuffled, splitItems } from './otlp-requests.js';

const captures = readCaptures();
/**
 * Random orders of all captures: ten across the tiers, most on the fastest; OTLP_ORDERS=10 for ten
 * on each.
 */
const someOrders: Readonly<Record<TierName, number>> = {
  embedded: 1,
  postgres: 2,
  'redis+postgres': 7,
};
/** The first seed of each tier, so that no two tiers run the same orders. */
const firstSeeds: Readonly<Record<TierName, number>> = {
  embedded: 1,
  postgres: 101,
  'redis+postgres': 201,
};
/** Concurrent requests: not more than a service decodes at the same time. */
const lanes = 4;

type Encoding = 'json' | 'protobuf';
/** Protobuf cannot express the faults in the spans of one capture. */
const encodingOf = ({ name }: Capture, encoding: Encoding) =>
  name === 'faulty-spans' ? 'json' : encoding;

/** A capture, and the project of its events. */
interface Home {
  readonly capture: Capture;
  readonly project: number;
  readonly key: KeyHeaders;
}

describeOnEachTier('what emitters send by OpenTelemetry', (tierName) => {
  let service: TestService;
  let gauge: QueueGauge;
  let projects = 0;
  const orders = Number(process.env.OTLP_ORDERS ?? someOrders[tierName]);

  beforeAll(async () => {
    service = await openTestService(tierName, {
      // The captures keep their times, so without this they would one day be refused as too old.
      otlp: { keep_days: 0 },
      limits: { requests_per_second: 100_000, events_per_second: 1e9 },
    });
    gauge = await openQueueGauge(service.home.tier.queue, () => undefined);
  });
  afterAll(async () => {
    await gauge?.close();
    await service?.close();
  });

  const openHomes = async (list: readonly Capture[]): Promise<Home[]> => {
    const homes: Home[] = [];
    for (const capture of list) {
      const name = `project-${++projects}`;
      const { id: project } = await createProject(service.home.tier.database, { name });
      homes.push({ capture, project, key: await service.key(project, ['ingest']) });
    }
    return homes;
  };
  const workedOff = () =>
    waitUntil(
      () => gauge.read(0),
      ({ jobs }) => (jobs.waiting ?? 0) + (jobs.active ?? 0) + (jobs.delayed ?? 0) === 0,
      { what: 'an empty queue', timeoutMs: 60_000 },
    );
  /** Ends the waits of traces, as the sweep does when they are due. */
  const endWaits = async (homes: readonly Home[]) => {
    const { database } = service.home.tier;
    const traces = await database.query<{ project: number; trace: string }>(
      `select project, replace(trace_id::text, '-', '') as trace
      from runfold_internal.otlp_trace where project = any($1) and due_at is not null`,
      [homes.map(({ project }) => project)],
    );
    await openSpanInbox({ database }).settle({ traces });
  };
  const post = async (request: CapturedRequest, { capture, key }: Home, encoding: Encoding) => {
    const sent = requestOf(request, encodingOf(capture, encoding), key.headers);
    const answer = await service.fetch(request.path, sent);
    const isJson = answer.headers.get('content-type') === 'application/json';
    const body: unknown = isJson ? await answer.json() : await answer.text();
    expect([capture.name, answer.status]).toEqual([capture.name, 200]);
    return body;
  };
  /** Processes a list in its order, a few items at the same time. */
  const inLanes = async <T>(list: readonly T[], act: (item: T) => Promise<unknown>) => {
    const left = [...list];
    const lane = async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  };
  /** Waits until everything is folded, and compares the totals of each capture. */
  const check = async (homes: readonly Home[]) => {
    await workedOff();
    await endWaits(homes);
    const { database } = service.home.tier;
    const rows = await readRows(
      database,
      homes.map(({ project }) => project),
    );
    homes.forEach(({ capture: { name, expected } }, at) => {
      const found = rows[at] ?? { runs: [], sessions: [] };
      expect({
        name,
        runs: comparable(found.runs, expected.runs),
        sessions: comparable(found.sessions, expected.sessions),
      }).toEqual({
        name,
        runs: comparable(expected.runs, expected.runs),
        sessions: comparable(expected.sessions, expected.sessions),
      });
    });
    expect((await verify(database)).differences).toEqual([]);
  };

  test('gives the totals of each capture, and the same again when it is sent again in the other encoding', async () => {
    const homes = await openHomes(captures);
    for (const round of [0, 1]) {
      await inLanes(homes, async (home) => {
        const { requests, expected } = home.capture;
        // Every second capture is first sent in protobuf. Sending it again adds nothing.
        const encoding = (round + homes.indexOf(home)) % 2 === 0 ? 'json' : 'protobuf';
        for (const [at, request] of requests.entries()) {
          if (request.after_wait === true) {
            await workedOff();
            await endWaits([home]);
          }
          const body = await post(request, home, encoding);
          const answer = expected.answers?.[at];
          if (answer !== undefined && encoding === 'json') {
            expect([home.capture.name, body]).toMatchObject([home.capture.name, answer.body]);
          }
        }
      });
      await check(homes);
    }
  });

  const unordered = captures.filter(({ requests }) => requests.every((one) => !one.after_wait));

  test(`gives them in ${orders} random orders and splits, each piece in both encodings`, async () => {
    for (let order = 0; order < orders; order++) {
      const random = randomNumbers(firstSeeds[tierName] + order);
      const homes = await openHomes(unordered);
      const pieces = homes.flatMap((home) =>
        home.capture.requests
          .flatMap((request) => splitItems(request, random))
          .flatMap((request) => [
            { home, request, encoding: 'json' as const },
            { home, request, encoding: 'protobuf' as const },
          ]),
      );
      await inLanes(shuffled(pieces, random), ({ home, request, encoding }) =>
        post(request, home, encoding),
      );
      await check(homes);
    }
  });

  test('leaves nothing waiting and rejects nothing', async () => {
    const { database } = service.home.tier;
    const [row] = await database.query<{ open: string }>(
      'select count(*) as open from runfold_internal.otlp_span where event is not null',
    );
    expect(Number(row?.open)).toBe(0);
    const rejects = await database.query(
      'select code, message from runfold_internal.rejected_event',
    );
    expect(rejects).toEqual([]);
  });
});

describe('splitting', () => {
  test('keeps every span and record of a body', () => {
    for (const { requests } of captures) {
      for (const request of requests) {
        const count = (one: CapturedRequest) =>
          JSON.stringify(one.body).match(/"(traceId|timeUnixNano|startTimeUnixNano)"/g)?.length ??
          0;
        const pieces = splitItems(request, randomNumbers(1));
        expect(pieces.reduce((sum, piece) => sum + count(piece), 0)).toBe(count(request));
      }
    }
  });
});
