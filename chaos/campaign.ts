import type { Scenario } from './round/plan.js';
import { playRound, type RoundReport } from './round/round.js';
import { missingBinaries, openStack, type Stack } from './servers/stack.js';

/** What to run. */
export interface CampaignOptions {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  /** The seed of the first round. Each further one has the next number. */
  readonly seed: number;
  /** Concurrent rounds, each on separate servers. Defaults to 1. */
  readonly at_once?: number;
  /** Abort it to end the campaign. The current round is cancelled. */
  readonly signal?: AbortSignal;
  /** Called with the report of each finished round, and the number of finished ones. */
  readonly onRound?: (report: RoundReport, over: number) => void;
  readonly onSkip?: (name: string, why: string) => void;
}

/** What was run. */
export interface Campaign {
  readonly rounds: readonly RoundReport[];
  /** Scenarios that could not run here, and why. */
  readonly skipped: ReadonlyMap<string, string>;
  /** The versions of the servers. */
  readonly versions: string;
}

/**
 * Runs rounds of the scenarios in turn, on servers that it starts and always removes at its end.
 */
export async function playCampaign(options: CampaignOptions): Promise<Campaign> {
  const missing = missingBinaries();
  if (missing !== undefined) throw new Error(`Expected servers' binaries to start, got ${missing}`);
  const { seed, at_once = 1, signal = new AbortController().signal } = options;
  const skipped = new Map<string, string>();
  const rounds: RoundReport[] = [];
  const stacks: Stack[] = [];
  let next = 0;
  // Each round has several exit handlers for this process: two servers and six of a group, a disk,
  // a folder.
  process.setMaxListeners(process.getMaxListeners() + 10 * at_once);
  try {
    for (let opened = 0; opened < Math.min(at_once, options.rounds); opened++) {
      stacks.push(await openStack());
    }
    const [{ disk, versions } = { disk: '', versions: '' }] = stacks;
    const played = options.scenarios.filter(({ name, needs }) => {
      if (needs !== 'small_disk' || typeof disk !== 'string') return true;
      skipped.set(name, disk);
      options.onSkip?.(name, disk);
      return false;
    });
    const playOn = async (stack: Stack) => {
      while (next < options.rounds && !signal.aborted) {
        const number = next++;
        const scenario = played[number % played.length];
        if (scenario === undefined) return;
        const playing = playRound(stack, scenario, seed + number, signal);
        const report = await playing.catch((error) => {
          if (!signal.aborted) throw error;
        });
        if (report === undefined) return;
        rounds.push(report);
        options.onRound?.(report, rounds.length);
      }
    };
    await Promise.all(stacks.map(playOn));
    return { rounds, skipped, versions };
  } finally {
    await Promise.all(stacks.map((stack) => stack.close()));
  }
}
