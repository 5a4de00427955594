import type { Scenario } from './plan.js';
import { playRound, type RoundReport } from './round.js';
import { missingBinaries, openStack } from './stack.js';

/** What is played. */
export interface CampaignOptions {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  /** Of the first round; each further one has the next number. */
  readonly seed: number;
  readonly onRound?: (report: RoundReport, number: number) => void;
  readonly onSkip?: (name: string, why: string) => void;
}

/** What was played. */
export interface Campaign {
  readonly rounds: readonly RoundReport[];
  /** Scenarios that could not be played here, and why. */
  readonly skipped: ReadonlyMap<string, string>;
}

/** Plays rounds of the scenarios in turn, on servers started for the purpose. */
export async function playCampaign(options: CampaignOptions): Promise<Campaign> {
  const missing = missingBinaries();
  if (missing !== undefined) throw new Error(`Expected servers' binaries to start, got ${missing}`);
  const skipped = new Map<string, string>();
  const rounds: RoundReport[] = [];
  const stack = await openStack();
  try {
    const { disk } = stack;
    const played = options.scenarios.filter(({ name, needs }) => {
      if (needs !== 'small_disk' || typeof disk !== 'string') return true;
      skipped.set(name, disk);
      options.onSkip?.(name, disk);
      return false;
    });
    for (let number = 0; number < options.rounds; number++) {
      const scenario = played[number % played.length];
      if (scenario === undefined) break;
      const report = await playRound(stack, scenario, options.seed + number);
      rounds.push(report);
      options.onRound?.(report, number + 1);
    }
    return { rounds, skipped };
  } finally {
    await stack.close();
  }
}
