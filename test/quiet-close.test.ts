import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { errorFields } from '#runfold/environment/error-fields.js';
import { startNode } from '../harness/processes.js';

const entry = new URL('../dist/index.js', import.meta.url).href;

/** Opens an embedded store with its worker, emits, and closes at once; several times. */
const script = `
  const { openRunfold } = await import(process.argv[2]);
  for (let time = 0; time < 3; time++) {
    const { producer, close } = await openRunfold({ dir: process.argv[3] });
    for (let at = 0; at < 2_000; at++) producer.message({ run_id: 'run-' + at, role: 'user' });
    await producer.flush();
    await close();
  }`;

test('an embedded store closes without a word: its queue has let go of it before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runfold-test-'));
  try {
    await writeFile(join(folder, 'script.mjs'), script);
    const child = startNode([join(folder, 'script.mjs'), entry, join(folder, 'store')]);
    const { code, stderr } = await child.exit;
    expect(stderr).toBe('');
    expect(code).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('an error is logged without what a driver hangs on it', () => {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += chunk;
      done();
    },
  });
  const log = pino({ serializers: { err: errorFields } }, stream);
  const error = Object.assign(new Error('terminating connection'), {
    code: '57P01',
    client: { password: 'secret' },
  });
  log.error({ err: error }, 'queue error');
  const { err } = JSON.parse(written);
  expect(Object.keys(err)).toEqual(['name', 'message', 'code', 'stack']);
  expect(err).toMatchObject({ name: 'Error', message: 'terminating connection', code: '57P01' });
});
