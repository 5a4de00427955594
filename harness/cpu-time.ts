import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Milliseconds of CPU that a file of tests took, with its imports and the processes it started. */
    cpu_ms?: number;
  }
}

/** Milliseconds of a tick of the clock by which Linux counts CPU. */
const tickMs = 10;

/**
 * The CPU that this process has taken, user and system, and the processes that it started and that have
 * ended, with theirs. Elsewhere than on Linux only its own.
 */
function cpuMs(): number {
  if (process.platform !== 'linux') {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
  // The name of the program, in parentheses, may contain spaces; utime is the 12th field after it.
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * tickMs;
}

// A process that runs several files keeps what it had taken after the file before.
const taken = globalThis as { runfoldCpuMs?: number };
const before = taken.runfoldCpuMs ?? 0;

// biome-ignore lint/correctness/noEmptyPattern: the runner wants a pattern, and these hooks need no fixture.
afterAll(({}, file) => {
  taken.runfoldCpuMs = cpuMs();
  file.meta.cpu_ms = taken.runfoldCpuMs - before;
});
