import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '#runfold/client/create-client.js';
import type { LimitsSeen } from './check-limits.js';
import type { LimitsShape } from './plan.js';
import type { Random } from './random.js';

/** Cents of an estimate, at most. */
const dearest = 8;
/** Longer than a round: the hold of a call that is still on its way must not expire. */
const hold_seconds = 3_600;
/** How often a request to a dead service is repeated. */
const attempts = 200;

/**
 * Callers that check, hold, emit and release at the same time. A service may die before, while or after it does what a
 * request says, so callers repeat requests.
 */
export async function callAll(
  services: readonly (() => string)[],
  { callers, checks }: LimitsShape,
  random: Random,
  signal: AbortSignal,
): Promise<Pick<LimitsSeen, 'sent' | 'ended'>> {
  const sent = new Map<string, boolean>();
  const ended = new Set<string>();

  /** Each attempt goes to the next service, at its latest address. */
  const ask = async <T>(
    first: number,
    work: (client: ReturnType<typeof createClient>) => Promise<T>,
  ): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      const url = services[(first + attempt) % services.length]?.() ?? '';
      try {
        return await work(createClient({ url, retries: 0, timeout_ms: 10_000 }));
      } catch (error) {
        if (attempt >= attempts) throw error;
        await wait(100);
      }
    }
  };

  const call = async (caller: number): Promise<void> => {
    const who = { agent_id: 'writer', labels: { customer: `customer-${caller % 5}` } };
    for (let turn = 0; turn < checks; turn++) {
      const cents = random.whole(1, dearest);
      const fate = random.share();
      const check = await ask(caller + turn, async (client) => {
        const answer = await client.checkBudget({
          ...who,
          estimate: { cost: cents / 100 },
          // The hold of one that dies expires.
          hold_seconds: fate < 0.1 ? 1 : hold_seconds,
        });
        if (answer.is_unknown) throw new Error('The service did not respond.');
        return answer;
      });
      await wait(random.whole(0, 60));
      if (!check.allowed || check.hold_id === null || fate < 0.1) continue;
      const { hold_id } = check;
      if (fate < 0.25) {
        await ask(caller, (client) => client.releaseHold({ hold_id }));
        ended.add(hold_id);
        continue;
      }
      const id = `call-${caller}-${turn}`;
      const event = {
        ...who,
        type: 'message',
        role: 'assistant',
        id,
        run_id: `run-${caller}`,
        model: `unlisted-model-${caller % 3}`,
        metrics: { input_tokens: cents, cost: (cents * random.whole(1, 4)) / 400 },
        hold_id,
      } as const;
      sent.set(id, false);
      await ask(caller, (client) => client.emit([event]));
      sent.set(id, true);
      ended.add(hold_id);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return { sent, ended };
}
