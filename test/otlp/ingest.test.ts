import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { openQueueGauge, type QueueGauge } from '#runfold/queue/queue-gauge.js';
import { createProject } from '#runfold/store/projects.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { type Capture, type CapturedRequest, readCaptures } from '../../harness/otlp/captures.js';
import { readRows } from '../../harness/otlp/read-rows.js';
import { comparable } from '../../harness/otlp/totals.js';
import { randomNumbers } from '../../harness/random-numbers.js';
import { describeOnEachTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { type KeyHeaders, openTestService, type TestService } from '../http/http-service.js';
import { requestOf, shuffled, splitSpans } from './otlp-requests.js';

const captures = readCaptures();
/** Random orders of each capture; ten by hand, one in `npm test`. */
const orders = Number(process.env.OTLP_ORDERS ?? 1);

describeOnEachTier('what emitters send by OpenTelemetry', (tierName) => {
  let service: TestService;
  let gauge: QueueGauge;
  let projects = 0;

  beforeAll(async () => {
    service = await openTestService(tierName, {
      // The captures keep their times; a clock that goes on would refuse them one day.
      otlp: { keep_days: 0 },
      limits: { requests_per_second: 100_000 },
    });
    gauge = await openQueueGauge(service.home.tier.queue, () => undefined);
  });
  afterAll(async () => {
    await gauge?.close();
    await service?.close();
  });

  const newProject = async (): Promise<{ project: number; key: KeyHeaders }> => {
    const { database } = service.home.tier;
    const { id } = await createProject(database, { name: `project-${++projects}` });
    return { project: id, key: await service.key(id, ['ingest']) };
  };
  const workedOff = () =>
    waitUntil(
      () => gauge.read(0),
      ({ jobs }) => (jobs.waiting ?? 0) + (jobs.active ?? 0) + (jobs.delayed ?? 0) === 0,
      { what: 'an empty queue', timeoutMs: 30_000 },
    );
  /** Ends the waits of a project's traces, as the sweep does when their time has come. */
  const endWaits = async (project: number) => {
    const { database } = service.home.tier;
    const traces = await database.query<{ project: number; trace: string }>(
      `select project, replace(trace_id::text, '-', '') as trace
      from runfold_internal.otlp_trace where project = $1 and due_at is not null`,
      [project],
    );
    const inbox = openSpanInbox({ database });
    await inbox.settle({ traces });
  };
  const send = async (
    requests: readonly CapturedRequest[],
    encoding: 'json' | 'protobuf',
    { project, key }: { project: number; key: KeyHeaders },
  ) => {
    const answers: { status: number; body: unknown }[] = [];
    for (const request of requests) {
      if (request.after_wait === true) {
        await workedOff();
        await endWaits(project);
      }
      const answer = await service.fetch(request.path, requestOf(request, encoding, key.headers));
      const type = answer.headers.get('content-type') ?? '';
      answers.push({
        status: answer.status,
        body: type.startsWith('application/json') ? await answer.json() : await answer.text(),
      });
    }
    await workedOff();
    return answers;
  };
  const check = async ({ expected }: Capture, project: number) => {
    const { database } = service.home.tier;
    const rows = await readRows(database, project);
    const known = new Set(rows.runs.flatMap((row) => Object.keys(row)));
    const of = (list: Capture['expected']['runs']) =>
      list.map((row) =>
        Object.fromEntries(
          Object.entries(row).filter(([name]) => known.has(name) || name === 'runs'),
        ),
      );
    expect(comparable(rows.runs, expected.runs)).toEqual(
      comparable(of(expected.runs), expected.runs),
    );
    expect(comparable(rows.sessions, expected.sessions)).toEqual(
      comparable(of(expected.sessions), expected.sessions),
    );
  };

  test.each(captures)(
    'gives the totals of $name, and the same again when it is sent again',
    async (capture) => {
      const home = await newProject();
      const answers = await send(capture.requests, 'json', home);
      expect(answers.map(({ status }) => status)).toEqual(capture.requests.map(() => 200));
      capture.expected.answers?.forEach((answer, at) => {
        if ((capture.requests[at]?.body_base64 ?? '') === '') {
          const { status, body } = answer;
          expect(answers[at]).toMatchObject({ status, body });
        }
      });
      await endWaits(home.project);
      await check(capture, home.project);
      await send(capture.requests, capture.name === 'faulty-spans' ? 'json' : 'protobuf', home);
      await endWaits(home.project);
      await check(capture, home.project);
    },
  );

  const sorted = captures.filter(({ requests }) => requests.every(({ after_wait }) => !after_wait));
  test.each(sorted)('gives the totals of $name in any order and split', async (capture) => {
    for (let seed = 1; seed <= orders; seed++) {
      const random = randomNumbers(seed);
      const home = await newProject();
      const pieces = capture.requests.flatMap((request) => splitSpans(request, random));
      const twice = shuffled([...pieces, ...pieces], random);
      const encoding = seed % 2 === 0 || capture.name === 'faulty-spans' ? 'json' : 'protobuf';
      await send(twice, encoding, home);
      await endWaits(home.project);
      await check(capture, home.project);
    }
  });

  test('leaves nothing waiting, and totals that equal the log', async () => {
    const { database } = service.home.tier;
    const [row] = await database.query<{ open: string }>(
      'select count(*) as open from runfold_internal.otlp_span where event is not null',
    );
    expect(Number(row?.open)).toBe(0);
    expect((await verify(database)).equal).toBe(true);
    const rejects = await database.query(
      'select code, message from runfold_internal.rejected_event',
    );
    expect(rejects).toEqual([]);
  });
});

describe('splitting', () => {
  test('keeps every span of a body', () => {
    for (const { requests } of captures) {
      for (const request of requests) {
        const count = (one: CapturedRequest) =>
          JSON.stringify(one.body ?? {}).match(/"traceId"/g)?.length ?? 0;
        const pieces = splitSpans(request, randomNumbers(1));
        expect(pieces.reduce((sum, piece) => sum + count(piece), 0)).toBe(count(request));
      }
    }
  });
});
