import type { AppendFsync } from '../servers/own-redis.js';
import type { Random } from './random.js';

/** What happens to the running system. */
export type FaultKind =
  | 'kill_worker'
  | 'stop_worker'
  | 'restart_worker'
  | 'kill_producer'
  | 'kill_redis'
  | 'restart_redis'
  | 'cut_redis'
  | 'drop_redis'
  | 'slow_redis'
  | 'kill_postgres'
  | 'restart_postgres'
  | 'cut_postgres'
  | 'drop_postgres'
  | 'slow_postgres'
  | 'fill_disk'
  | 'fail_over'
  | 'change_queues'
  | 'rebuild';

/** One fault of a round. */
export interface Fault {
  readonly kind: FaultKind;
  /** When it starts: the share of all sendings that are acknowledged, from 0 to 1. */
  readonly at: number;
  /** How long it lasts, or how long a killed process stays down, in milliseconds. */
  readonly ms: number;
  /** The number of the worker or producer, modulo how many there are. */
  readonly target: number;
  /**
   * In milliseconds: the delay of each piece of data (`slow_…`), the age of the writes that are
   * lost (`kill_redis`), or the replica's delay when its master dies (`fail_over`).
   */
  readonly amount: number;
}

/** The events of a round. */
export interface WorkloadShape {
  /** Distinct events per producer. */
  readonly events: number;
  /** Whether there are corrections with negative figures, which may reduce totals. */
  readonly corrections: boolean;
  /** The share of events that are sent twice, from 0 to 1. */
  readonly duplicates: number;
  readonly order: 'kept' | 'shuffled' | 'very_late';
  /** Whether the clock that stamps the events jumps back and forth. */
  readonly clock_steps: boolean;
  /** The number of invalid jobs, and of invalid events. */
  readonly poison: number;
}

/** The spans of a round. */
export interface SpanShape {
  readonly traces: number;
  /** The share of spans that arrive after all others, from 0 to 1. */
  readonly late: number;
  /** Seconds that workers wait for a parent. */
  readonly wait_seconds: number;
}

/** How log files are followed in a round. */
export interface WatchShape {
  /** How often the process that follows them is killed. */
  readonly kills: number;
  /** The longest pause between two changes of a file, in milliseconds. */
  readonly pause_ms: number;
}

/** The callers of a round of limits. */
export interface LimitsShape {
  readonly callers: number;
  /** How often each caller checks. */
  readonly checks: number;
  /** How often a worker or a service is killed. */
  readonly kills: number;
}

/** Everything that a seed decides about a round. */
export interface RoundPlan {
  readonly queue: 'redis' | 'postgres';
  readonly appendfsync: AppendFsync;
  /** Several Redis processes with failover, instead of one. */
  readonly redis_group?: 'cluster' | 'sentinel';
  /** The number of queues that the processes are configured with. */
  readonly queues?: number;
  readonly workers: number;
  /** Whether the store is on a separate small disk. */
  readonly small_disk: boolean;
  /** Whether a killed producer sends unacknowledged events again. */
  readonly resend: boolean;
  readonly workload: WorkloadShape;
  readonly faults: readonly Fault[];
  /** If present, spans are sent instead of events. */
  readonly spans?: SpanShape;
  /** If present, log files are followed, without producers and workers. */
  readonly watch?: WatchShape;
  /** If present, callers check budgets through services, without producers. */
  readonly limits?: LimitsShape;
}

/** A kind of round. */
export interface Scenario {
  readonly name: string;
  /** What it does, in a few words. */
  readonly about: string;
  /** What it needs besides the servers' binaries. */
  readonly needs?: 'small_disk';
  plan(random: Random): RoundPlan;
}

/** A round without faults, the base of the scenarios. */
export function quietPlan(random: Random, changes: Partial<RoundPlan> = {}): RoundPlan {
  return {
    queue: 'redis',
    appendfsync: 'always',
    workers: 2,
    small_disk: false,
    resend: random.chance(0.5),
    workload: workload(random),
    faults: [],
    ...changes,
  };
}

export function workload(random: Random, changes: Partial<WorkloadShape> = {}): WorkloadShape {
  return {
    events: random.whole(700, 1_500),
    corrections: random.chance(0.5),
    duplicates: random.share() * 0.3,
    order: 'kept',
    clock_steps: false,
    poison: 0,
    ...changes,
  };
}

/** A fault somewhere in the middle of the round, for about a second. */
export function fault(random: Random, kind: FaultKind, changes: Partial<Fault> = {}): Fault {
  return {
    kind,
    at: 0.1 + random.share() * 0.7,
    ms: random.whole(300, 2_000),
    target: random.whole(0, 5),
    amount: 0,
    ...changes,
  };
}
