import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { PoolClient } from 'pg';

/** Minimum, median and maximum of several runs. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { min: at(0), median: at(0.5), max: at(1) };
}

/** The machine on which the figures were measured. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}

/**
 * The resources that a process has used so far; undefined if the system does not report them (other
 * than Linux).
 */
export function usageOf(pid: number): { cpu_seconds: number; peak_mb: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return {
      // Fields 14 and 15 of proc(5), in ticks of 1/100 s.
      cpu_seconds: (Number(fields[11]) + Number(fields[12])) / 100,
      peak_mb: Number(peak?.[1]) / 1024,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Collects all garbage, so that the next measurement does not pay for earlier work. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}

/** The process that serves a connection. */
export async function backendOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return rows[0].pid;
}

/** Seconds of CPU of a server's process; NaN if it is not on this machine. */
export function cpuOf(pid: number): number {
  const file = `/proc/${pid}/comm`;
  if (!existsSync(file) || !readFileSync(file, 'utf8').startsWith('postgres')) return Number.NaN;
  return usageOf(pid)?.cpu_seconds ?? Number.NaN;
}

/** Milliseconds that the processors of this machine have been idle, and all of their milliseconds. */
export function idleOf(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  return {
    idle: sum(times.map(({ idle }) => idle)),
    all: sum(times.flatMap((one) => Object.values(one))),
  };
}

/** A number with thin separators, for example 52 300. */
export function round(value: number, digits = 0): string {
  return value.toLocaleString('en-US', {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  });
}
