import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { randomNumbers } from '../harness/random-numbers.js';

const models = [
  ['gpt-5', 'openai'],
  ['gpt-5-mini', 'openai'],
  ['claude-opus-4-5', 'anthropic'],
  ['claude-haiku-4-5', 'anthropic'],
  ['gemini-3-pro', 'google'],
] as const;
const tools = ['web_search', 'run_sql', 'read_file', 'send_email', 'calendar_lookup'];

/** The default number of concurrent runs. Their events are interleaved. */
const usualConcurrentRuns = 250;
const eventsPerRun = 8;
/** The time from one event of a run to the next, in milliseconds. */
const pace = 4_000;
const runsPerSession = 4;

/** A UUID from a kind and a number. They sort by number, as version 7 sorts by time. */
function uuid(kind: string, number: number): string {
  return flat(`0199${kind}-0000-7000-8000-${(0x100000000000 + number).toString(16)}`);
}

/**
 * The same string in one piece, as if it had been read or came from `randomUUID`. The first reader
 * of a concatenated string has to flatten it, and that is not part of what is measured.
 */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function agentOf(run: number) {
  const session = Math.floor(run / runsPerSession);
  return { session, run_id: uuid('f000', run), session_id: uuid('d000', session) };
}

/**
 * The events of many concurrent agents, in the order in which they would arrive: hundreds of
 * interleaved runs of eight events each. Half of the events are the assistant's messages with
 * usage.
 */
export function* agentEvents(
  count: number,
  { seed = 1, concurrentRuns = usualConcurrentRuns } = {},
): Generator<MetricEventInput> {
  const random = randomNumbers(seed);
  const started = Date.UTC(2026, 0, 5);
  // An agent keeps the ids of its run and session, and every event has the same strings.
  const places: ReturnType<typeof agentOf>[] = [];
  for (let at = 0; at < count; at++) {
    const wave = Math.floor(at / (concurrentRuns * eventsPerRun));
    const inWave = at % (concurrentRuns * eventsPerRun);
    const place = Math.floor(inWave / concurrentRuns);
    const run = wave * concurrentRuns + (inWave % concurrentRuns);
    if (place === 0) places[run % concurrentRuns] = agentOf(run);
    const { session, run_id, session_id } = places[run % concurrentRuns] ?? agentOf(run);
    const [model = '', provider = ''] = models[session % models.length] ?? [];
    const id = uuid('e000', at);
    const agent_id = `agent-${session % 40}`;
    const user_id = `user-${session % 3_000}`;
    const sequence = place;
    const millis = started + (wave * eventsPerRun + place) * pace + (run % concurrentRuns);
    const occurred_at = new Date(millis).toISOString();
    // Written out, because an object from `...` has another shape and is slow to read.
    if (place === 7) {
      yield {
        id,
        run_id,
        session_id,
        agent_id,
        user_id,
        sequence,
        occurred_at,
        type: 'run',
        status: 'completed',
        metrics: { time: 27.5 + random() / 2 },
      };
    } else if (place === 0) {
      yield {
        id,
        run_id,
        session_id,
        agent_id,
        user_id,
        sequence,
        occurred_at,
        type: 'message',
        role: 'user',
      };
    } else if (place === 2 || place === 4) {
      yield {
        id,
        run_id,
        session_id,
        agent_id,
        user_id,
        sequence,
        occurred_at,
        type: 'tool_call',
        tool_name: tools[(run + place) % tools.length] ?? '',
        tool_call_id: `call_${at}`,
        error: random() < 0.04,
        metrics: { time: random() * 3 },
      };
    } else {
      const input = Math.floor(400 + random() * 6_000);
      const output = Math.floor(20 + random() * 900);
      yield {
        id,
        run_id,
        session_id,
        agent_id,
        user_id,
        sequence,
        occurred_at,
        type: 'message',
        role: 'assistant',
        model,
        provider,
        metrics: {
          input_tokens: input,
          output_tokens: output,
          cached_tokens: Math.floor(input * random() * 0.8),
          reasoning_tokens: Math.floor(output * random() * 0.5),
          time: 0.4 + random() * 3,
          time_to_first_token: 0.1 + random(),
          cost: (input * 1.25 + output * 10) / 1e6,
        },
      };
    }
  }
}
