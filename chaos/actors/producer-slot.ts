import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningProcess } from '../../harness/processes.js';
import { startProgram } from '../../harness/programs.js';
import type { Consignment } from '../round/workload.js';

/** A producer process that can be killed and restarted. */
export interface ProducerSlot {
  readonly consignment: Consignment;
  start(): void;
  /** SIGKILL. Returns false if it was already finished. */
  kill(): Promise<boolean>;
  /** Sendings that were acknowledged, or given up after a kill. */
  settled(): number;
  isDone(): boolean;
  /** Ends a process that has sent everything and stays. */
  leave(): void;
  /** Whether its process has nothing more to do. */
  isOver(): boolean;
  /** The outcome of each sending, as the producer knows it. */
  outcomes(): readonly ('acknowledged' | 'unknown' | 'unsent')[];
  violations(): readonly string[];
}

export function createProducerSlot(options: {
  readonly name: string;
  readonly folder: string;
  readonly consignment: Consignment;
  readonly env: Readonly<Record<string, string>>;
  /** Whether the process after a kill sends unacknowledged events again. */
  readonly resend: boolean;
  /** Whether it lives on after its last event until it is told to leave, to send again what a failover loses. */
  readonly stays: boolean;
}): ProducerSlot {
  const { name, consignment, env, resend, stays } = options;
  const file = join(options.folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(consignment));
  const total = consignment.sendings.length;
  const unknown = new Set<number>();
  const violations: string[] = [];
  let current: RunningProcess | undefined;
  let from = 0;
  let isKilled = false;
  let isLeaving = false;

  const last = (word: string) => {
    const found = [
      ...(current?.output().stdout ?? '').matchAll(new RegExp(`^${word} (\\d+)$`, 'gm')),
    ];
    return Math.max(from, Number(found.at(-1)?.[1] ?? from));
  };
  const isDone = () => last('acked') >= total;

  return {
    consignment,
    start() {
      isKilled = false;
      const next = startProgram(
        'chaos/actors/emit-process',
        [file, String(from), ...(stays ? ['stay'] : [])],
        {
          env,
        },
      );
      current = next;
      void next.exit.then(({ code, signal, stderr }) => {
        if (isKilled || code === 0) return;
        violations.push(`${name} ended with ${code ?? signal}: ${stderr.slice(-600)}`);
      });
    },
    async kill() {
      if (isDone()) return false;
      isKilled = true;
      current?.kill('SIGKILL');
      await current?.exit;
      const [acknowledged, sent] = [last('acked'), last('sent')];
      if (!resend) for (let at = acknowledged; at < sent; at++) unknown.add(at);
      from = resend ? acknowledged : sent;
      current = undefined;
      return true;
    },
    settled: () => last('acked'),
    isDone,
    leave() {
      if (!stays || isLeaving || !isDone()) return;
      isLeaving = true;
      current?.kill('SIGUSR2');
    },
    isOver: () => !stays || /^done$/m.test(current?.output().stdout ?? ''),
    outcomes() {
      const [acknowledged, sent] = [last('acked'), last('sent')];
      return consignment.sendings.map((_, at) =>
        at < acknowledged && !unknown.has(at)
          ? 'acknowledged'
          : at < sent || unknown.has(at)
            ? 'unknown'
            : 'unsent',
      );
    },
    violations: () => violations,
  };
}
