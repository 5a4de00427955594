import type { AppendFsync } from '../servers/own-redis.js';
import type { Random } from './random.js';

/** What is done to the running system. */
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
  /** When: the share of all sendings that have been acknowledged, from 0 to 1. */
  readonly at: number;
  /** How long it lasts, or how long what was killed stays away, in milliseconds. */
  readonly ms: number;
  /** Which worker or producer, by number; modulo how many there are. */
  readonly target: number;
  /**
   * Milliseconds each piece of data is held back (`slow_…`), of writes that are lost (`kill_redis`), or that the
   * replica is behind its master when that dies (`fail_over`).
   */
  readonly amount: number;
}

/** What the events of a round are like. */
export interface WorkloadShape {
  /** Distinct events a producer sends. */
  readonly events: number;
  /** Corrections with negative figures are among them: totals may then go down. */
  readonly corrections: boolean;
  /** The share of events that are sent once more, from 0 to 1. */
  readonly duplicates: number;
  readonly order: 'kept' | 'shuffled' | 'very_late';
  /** The clock that stamps the events jumps to and fro. */
  readonly clock_steps: boolean;
  /** Jobs and events that no worker can take, as many. */
  readonly poison: number;
}

/** What the spans of a round are like. */
export interface SpanShape {
  readonly traces: number;
  /** The share of spans that come after all others, from 0 to 1. */
  readonly late: number;
  /** Seconds that workers wait for a parent. */
  readonly wait_seconds: number;
}

/** How log files are followed in a round. */
export interface WatchShape {
  /** How often whoever follows them is killed. */
  readonly kills: number;
  /** The longest pause between two changes of a file, in milliseconds. */
  readonly pause_ms: number;
}

/** All that a seed decides about a round. */
export interface RoundPlan {
  readonly queue: 'redis' | 'postgres';
  readonly appendfsync: AppendFsync;
  /** Several Redis processes that replace each other, in place of the one. */
  readonly redis_group?: 'cluster' | 'sentinel';
  /** How many queues the processes are given. */
  readonly queues?: number;
  readonly workers: number;
  /** Whether the store lies on a small disk of its own. */
  readonly small_disk: boolean;
  /** Whether a producer that was killed sends again what was not acknowledged. */
  readonly resend: boolean;
  readonly workload: WorkloadShape;
  readonly faults: readonly Fault[];
  /** Spans are sent instead of events. */
  readonly spans?: SpanShape;
  /** Log files are followed; there are no producers and workers then. */
  readonly watch?: WatchShape;
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

/** A round without faults: what scenarios start from. */
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

/** A fault somewhere in the middle of the round, for a second or so. */
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
