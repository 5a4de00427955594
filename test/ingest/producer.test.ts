import type { Job, Queue } from 'bullmq';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { eventAt } from '#runfold/events/columns/event-columns.js';
import { createProducer, type Producer, type ProducerOptions } from '#runfold/ingest/producer.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import type { QueueTarget } from '#runfold/queue/queue-target.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { describeWithRedis } from '../../harness/suite.js';

describeWithRedis('a producer', () => {
  let target: QueueTarget;
  let queue: Queue;
  let producer: Producer;
  beforeEach(async () => {
    target = { kind: 'redis', url: testRedisUrl(), prefix: createQueueNames().prefix };
    queue = await openQueue(target, { onError: () => undefined });
  });
  afterEach(async () => {
    await producer.close();
    await queue.close();
  });

  const open = async (options: Omit<ProducerOptions, 'queue'> = {}) => {
    producer = await createProducer({ queue: target, ...options });
    return producer;
  };
  const jobs = async () =>
    (await queue.getJobs('waiting', 0, -1, true)).sort((a, b) => a.timestamp - b.timestamp);
  const eventsOf = (job: Job) => {
    const { events, rejects } = decodeJob(job.id ?? '', job.data);
    expect(rejects).toEqual([]);
    return Array.from({ length: events.size }, (_, at) => eventAt(events, at));
  };
  const sizes = async () => (await jobs()).map((job) => eventsOf(job).length).sort((a, b) => b - a);
  const run = { run_id: 'run-1', occurred_at: '2026-01-31T12:00:00Z' };

  test('puts columns on Redis as JSON, not as a text within it', async () => {
    const { message, flush } = await open({ project: 7 });
    message({ ...run, id: 'a "quoted" id', role: 'user' });
    await flush();
    const [job] = await jobs();
    expect(job?.data).toMatchObject({ v: 2, project: 7, columns: { id: ['a "quoted" id'] } });
  });

  test('takes from message, toolCall and run what emit takes with the type named', async () => {
    const { message, toolCall, run: end, emit, flush } = await open();
    message({ ...run, id: '1', role: 'assistant', metrics: { output_tokens: 3 } });
    toolCall({ ...run, id: '2', tool_name: 'search', error: 'no answer' });
    end({ ...run, id: '3', status: 'completed' });
    // JavaScript allows another type here. The called function decides.
    message({ ...run, id: '4', role: 'user', type: 'run' } as never);
    message({ ...run, id: '5', role: 'user', type: 'nonsense' } as never);
    message({ ...run, id: '6', corrects: '1', role: 'assistant', metrics: { output_tokens: -1 } });
    emit({ ...run, id: '7', type: 'message', role: 'user' });
    await flush();
    const [job] = await jobs();
    const types = (job === undefined ? [] : eventsOf(job)).map(({ id, type }) => `${id} ${type}`);
    expect(types).toEqual([
      '1 message',
      '2 tool_call',
      '3 run',
      '4 message',
      '5 message',
      '6 message',
      '7 message',
    ]);
  });

  test('refuses a wrong event with the field, and nothing of it reaches the next one', async () => {
    const { message, toolCall, flush, stats } = await open();
    expect(() =>
      message({ ...run, role: 'assistant', model: 'gpt-5', metrics: { input_tokens: -1 } }),
    ).toThrow(/metrics\.input_tokens: expected .*, got -1/);
    expect(() => toolCall({ ...run, error: true } as never)).toThrow(/tool_name/);
    message({ ...run, role: 'user' });
    await flush();
    expect(stats()).toMatchObject({ emitted_events: 1, refused_events: 2 });
    const [job] = await jobs();
    const [event] = job === undefined ? [] : eventsOf(job);
    expect(Object.keys(event ?? {}).sort()).toEqual(
      ['id', 'occurred_at', 'role', 'run_id', 'session_id', 'type'].sort(),
    );
  });

  test('puts so many events into a job, and sends the rest when told to', async () => {
    const { message, flush } = await open({ events_per_job: 10, linger_ms: 60_000 });
    for (let at = 0; at < 25; at++) message({ ...run, role: 'user' });
    await flush();
    expect(await sizes()).toEqual([10, 10, 5]);
  });

  test('fills a job to so many bytes and no more than one event over', async () => {
    const { message, flush } = await open({ bytes_per_job: 10_000, linger_ms: 60_000 });
    const text = 'x'.repeat(3_000);
    for (let at = 0; at < 10; at++) {
      message({ ...run, role: 'user', metrics: { additional_metrics: { text } } });
    }
    await flush();
    expect(await sizes()).toEqual([4, 4, 2]);
  });

  test('sends what lingers by itself', async () => {
    const { message, stats } = await open({ linger_ms: 1 });
    message({ ...run, role: 'user' });
    await expect.poll(() => stats().acknowledged_events).toBe(1);
    expect(await sizes()).toEqual([1]);
  });

  test('says whether what the queue did not take is kept or lost', async () => {
    await open();
    const away = await createProducer({ queue: { kind: 'redis', url: 'redis://127.0.0.1:1' } });
    away.message({ ...run, role: 'user' });
    await expect(away.flush({ timeout_ms: 50 })).rejects.toMatchObject({
      waiting_events: 1,
      is_closed: false,
      message: expect.stringMatching(/still buffered and will be sent/),
    });
    // The library's own sentence names one of its options, and no server.
    await expect.poll(() => away.stats().failed_attempts).toBeGreaterThan(0);
    await expect(away.flush({ timeout_ms: 50 })).rejects.toMatchObject({
      message: expect.stringMatching(
        /Cannot reach Redis at 127\.0\.0\.1:1: .*ECONNREFUSED.*, away since 20.*Z\. Check/,
      ),
      cause: { code: 'queue_unreachable' },
    });
    await expect(away.close({ timeout_ms: 50 })).rejects.toMatchObject({
      waiting_events: 1,
      is_closed: true,
      message: expect.stringMatching(/The producer is closed, so they are lost\.$/),
    });
  });

  test('throws once it is closed', async () => {
    const { close, message } = await open();
    await close();
    expect(() => message({ ...run, role: 'user' })).toThrow(/closed/);
  });
});
