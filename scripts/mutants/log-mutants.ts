// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source, in which templates stand.
import { breaks } from './mutant.js';

const faults = ['test/append/faults.test.ts'];
const repeats = ['test/append/expect-new.test.ts'];
const other = ['test/append/other-content.test.ts'];

/** The log's key, repeated events, faults of a batch, and when a job is done. */
export const logMutants = [
  ...breaks('src/events/event-id.ts', repeats, [
    [
      'the key of an id leaves out its end',
      'const text = Buffer.from(name);',
      'const text = Buffer.from(name.slice(0, 9));',
    ],
  ]),
  ...breaks('src/append/expect-new.ts', repeats, [
    [
      'an event that is there already fails the batch',
      'if (!isUniqueViolation(error, log)) throw error;',
      'throw error;',
    ],
    [
      'an event that stands twice in a batch is not seen',
      'if (keys[order[at] ?? 0] === keys[order[at - 1] ?? 0]) return true;',
      'if (order.length < at) return true;',
    ],
    ['doubt does not grow', 'next = Math.min(longestDoubt, next * 2);', 'next = 1;'],
  ]),
  ...breaks('src/append/other-content.ts', other, [
    [
      'other content under an id is a repetition',
      'if (differences.length === 0) return answer;',
      'return answer;',
    ],
    [
      'a price learned meanwhile is other content',
      'return `case when ${alias}.cost_source is null then ${alias}.${name} end`;',
      'return `${alias}.${name}`;',
    ],
    [
      'objects are compared as they are written',
      'return `${alias}.${name}::jsonb`;',
      'return `${alias}.${name}::text`;',
    ],
    [
      'a time that was not given is other content',
      "'occurred_at_us', 'cost_source', 'hold_id'];",
      "'cost_source', 'hold_id'];",
    ],
  ]),
  ...breaks('src/append/reject.ts', faults, [
    [
      'a second reject of a job has the id of the first',
      'id: nameBasedUuid(`${fault.job_id}/${fault.position}`),',
      'id: nameBasedUuid(`${fault.job_id}`),',
    ],
  ]),
  ...breaks('src/append/write-batch.ts', faults, [
    [
      'a fault of one project keeps others waiting',
      'if (groups.length < 2 || !canBeData(error, options)) {',
      'if (groups.length >= 0) {',
    ],
    [
      'what takes too long is tried again as it is',
      "if (!isData && faultKind(error) !== 'timeout') throw error;",
      'if (!isData) throw error;',
    ],
    [
      'a fault that repeats is not isolated',
      "return kind === 'data' || (kind === 'unknown' && is_repeated);",
      "return kind === 'data';",
    ],
    [
      'an unknown fault is taken for the data at once',
      "(kind === 'unknown' && is_repeated)",
      "kind === 'unknown'",
    ],
    [
      'what has no room is looked for by halves',
      'if (codeOf(error) === numericValueOutOfRange && options.findOverflows !== undefined) {',
      'if (codeOf(error) === undefined && options.findOverflows !== undefined) {',
    ],
  ]),
  ...breaks('src/postgres/postgres-errors.ts', faults, [
    [
      'Postgres shutting down is a fault of the data',
      "return code?.startsWith('08') || code?.startsWith('57P') || false;",
      "return code?.startsWith('08') || false;",
    ],
    [
      'a full disk is a fault of the data',
      "[/^(0A|25|26|28|34|3D|3F|42|53|55|57000|58|72)/, 'outage'],",
      "[/^53/, 'data'], [/^(0A|25|26|28|34|3D|3F|42|55|57000|58|72)/, 'outage'],",
    ],
  ]),
  ...breaks(
    'src/worker/group-commit.ts',
    ['test/worker/outage.test.ts', 'test/worker/crash.test.ts'],
    [
      [
        'a job is done before the commit that holds its events',
        'const outcome = await writeUntilDone(jobs);',
        'for (const { resolve } of batch) resolve();\n      const outcome = await writeUntilDone(jobs);',
      ],
      [
        'a job that was not written is done',
        'if (closing.signal.aborted) throw new NotWrittenError();',
        'if (closing.signal.aborted) return { applied: 0, duplicate: 0, rejected: 0 };',
      ],
    ],
  ),
  ...breaks(
    'src/queue/job-worker.ts',
    ['test/worker/hostile-jobs.test.ts'],
    [
      [
        'fields that make the end of a job fail are left on it',
        "const foreignFields = ['parent', 'parentKey', 'rjk', 'defa'];",
        'const foreignFields: readonly string[] = [];',
      ],
    ],
  ),
  ...breaks(
    'src/cli/actions/retry-rejects.ts',
    ['test/queue/promises.test.ts'],
    [
      [
        'a reject is dropped before the queue has its event',
        '    await producer.flush();\n    for (const { id, project } of pending)',
        '    for (const { id, project } of pending)',
        'rejects retry',
      ],
    ],
  ),
  ...breaks(
    'src/cli/actions/retry-rejects.ts',
    ['test/cli/retry-rejects.test.ts'],
    [
      [
        'a job that was rejected whole is not sent again',
        "if (reject.code === 'invalid_job') await sendJob(queues, reject);",
        "if (reject.code === 'invalid_job') await Promise.resolve(sendJob);",
      ],
      [
        'an id that is taken is sent again',
        'if (reject.code === otherContent) throw new KeptError(idTaken);',
        '',
      ],
    ],
  ),
  ...breaks(
    'src/ingest/producer.ts',
    ['test/ingest/bounds.test.ts'],
    [
      [
        'the buffer has no bound in bytes',
        "if (outbox.waitingBytes() >= max_buffered_bytes) return refuse(max_buffered_bytes, 'bytes');",
        '',
      ],
      [
        'the buffer has no bound in events',
        "if (outbox.waiting() >= max_buffered_events) return refuse(max_buffered_events, 'events');",
        '',
      ],
    ],
  ),
  ...breaks(
    'src/ingest/outbox.ts',
    ['test/ingest/bounds.test.ts'],
    [
      [
        'what is on its way is not counted',
        'const waitingBytes = () => buffer.bytes + inFlightBytes;',
        'const waitingBytes = () => buffer.bytes;',
      ],
    ],
  ),
];
