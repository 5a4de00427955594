import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Spread, spreadOf } from '../../harness/measure.js';
import { startNode } from '../../harness/processes.js';
import { commandLineProgram } from '../../harness/programs.js';

/**
 * Seconds from the start of a process `runfold serve` to its first 200 from `/readyz`, on an
 * existing embedded store.
 */
export async function startSeconds(times: number): Promise<Spread> {
  const folder = await mkdtemp(join(tmpdir(), 'runfold-bench-'));
  const start = async () => {
    const started = performance.now();
    const service = startNode([commandLineProgram, 'serve'], { cwd: folder });
    try {
      const [, url = ''] = await service.waitForLine(/(http:\/\/127\.0\.0\.1:\d+)/, 120_000);
      const { status } = await fetch(`${url}/readyz`);
      if (status !== 200) throw new Error(`Expected /readyz to answer 200, got ${status}`);
      return (performance.now() - started) / 1000;
    } finally {
      service.kill('SIGTERM');
      await service.exit;
    }
  };
  try {
    // The first start creates the store.
    await start();
    const taken: number[] = [];
    for (let at = 0; at < times; at++) taken.push(await start());
    return spreadOf(taken);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
