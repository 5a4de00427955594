import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { spreadOf } from '../../harness/measure.js';
import { startProgram } from '../../harness/programs.js';
import { type BenchServers, withBenchStore } from '../bench-database.js';
import { queueEmpty, withWorker } from '../running-worker.js';
import { runPipeline } from './pipeline.js';

/** The resident memory of a process over time. */
export interface MemoryCourse {
  readonly process: 'worker' | 'producer';
  readonly median_mb: number;
  readonly max_mb: number;
  /** The slope of the straight line through the second half of the samples (least squares). */
  readonly slope_mb_per_hour: number;
  /** Whether that line rises by less than 5 % of the median over the second half. */
  readonly is_flat: boolean;
}

/** Worker and producer at half of the peak rate, which is measured in the same run. */
export async function memoryCourses(
  servers: BenchServers,
  events: number,
  seconds: number,
): Promise<{ readonly rate: number; readonly courses: readonly MemoryCourse[] }> {
  const { events_per_second: peak } = await runPipeline(servers, {
    events,
    per_job: 500,
    copy: false,
  });
  const rate = peak / 2;
  return withBenchStore(servers, (store) =>
    withWorker(store, async (worker) => {
      const args = [String(rate), String(seconds), '0'];
      const producer = startProgram('bench/processes/emit-at-rate', args, { env: store.env });
      await producer.waitForLine(/^start/, 60_000);
      const samples: { at: number; worker: number; producer: number }[] = [];
      const started = performance.now();
      const every = Math.min(1_000, (seconds * 1_000) / 20);
      for (let at = 0; at < seconds; at = (performance.now() - started) / 1_000) {
        const [ofWorker, ofProducer] = [residentMb(worker.pid), residentMb(producer.pid)];
        if (ofWorker === undefined || ofProducer === undefined) break;
        samples.push({ at, worker: ofWorker, producer: ofProducer });
        await pause(every);
      }
      const { code, stderr } = await producer.exit;
      if (code !== 0) throw new Error(`Expected the producer to end well, got ${code}: ${stderr}`);
      await queueEmpty(store);
      const second = samples.slice(samples.length >> 1);
      return {
        rate,
        courses: (['worker', 'producer'] as const).map((process) =>
          courseOf(
            process,
            second.map((sample) => ({ at: sample.at, mb: sample[process] })),
          ),
        ),
      };
    }),
  );
}

function courseOf(
  process: MemoryCourse['process'],
  samples: readonly { readonly at: number; readonly mb: number }[],
): MemoryCourse {
  const { median, max } = spreadOf(samples.map(({ mb }) => mb));
  const slope = slopeOf(samples);
  const length = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
  return {
    process,
    median_mb: median,
    max_mb: max,
    slope_mb_per_hour: slope * 3_600,
    is_flat: slope * length < 0.05 * median,
  };
}

function slopeOf(samples: readonly { readonly at: number; readonly mb: number }[]): number {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [at, mb] = [mean(samples.map((one) => one.at)), mean(samples.map((one) => one.mb))];
  const covariance = mean(samples.map((one) => (one.at - at) * (one.mb - mb)));
  return covariance / mean(samples.map((one) => (one.at - at) ** 2));
}

/** Undefined if the process has ended, or if the system does not report it (other than Linux). */
function residentMb(pid = 0): number | undefined {
  try {
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return rss === null ? undefined : Number(rss[1]) / 1024;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
