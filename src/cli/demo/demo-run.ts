import { nameBasedUuid } from '../../events/event-id.js';
import type { MessageInput, MetricEventInput, RunStatus } from '../../events/metric-event.js';
import type { DemoAgent, DemoTool } from './cast.js';
import type { SeededRandom } from './seeded-random.js';

/** An invented run. */
export interface DemoRun {
  readonly run_id: string;
  readonly session_id: string;
  readonly parent_run_id?: string;
  readonly user_id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly team_id?: string;
  readonly agent: DemoAgent;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Tokens of the conversation so far, including its history. */
  readonly context: number;
  /** Runs that it delegates to, each as a tool call. */
  readonly members?: readonly DemoAgent[];
}

/** The result of a run. */
export interface PlayedRun {
  readonly events: readonly MetricEventInput[];
  /** Milliseconds since 1970. */
  readonly end: number;
  /** Tokens of the conversation now. */
  readonly context: number;
}

const delegate = 'delegate_task_to_member';

/** Makes a run: user, then assistant and tools alternately, then its end. */
export function playRun(run: DemoRun, random: SeededRandom): PlayedRun {
  const { agent } = run;
  const events: MetricEventInput[] = [];
  const inner: MetricEventInput[] = [];
  let now = run.start;
  let context = run.context + Math.round(random.around(60));
  let sequence = 0;

  const common = () => ({
    id: nameBasedUuid(`demo ${run.run_id} ${sequence}`),
    run_id: run.run_id,
    session_id: run.session_id,
    ...(run.parent_run_id === undefined ? {} : { parent_run_id: run.parent_run_id }),
    ...(run.team_id === undefined ? {} : { team_id: run.team_id }),
    agent_id: agent.id,
    agent_name: agent.name,
    user_id: run.user_id,
    labels: run.labels,
    occurred_at: new Date(now).toISOString(),
    sequence: sequence++,
  });
  const assistant = (median: number) => {
    const { event, seconds, output } = answer(agent, context, median, random);
    now += seconds * 1000;
    events.push({ ...common(), ...event });
    context += output;
  };
  const call = (tool_name: string, seconds: number, error?: string) => {
    now += seconds * 1000;
    const failed = error === undefined ? {} : { error };
    events.push({
      ...common(),
      type: 'tool_call',
      tool_name,
      ...failed,
      metrics: { time: milli(seconds) },
    });
    context += Math.round(random.around(error === undefined ? 240 : 40));
  };
  const use = (tool: DemoTool) => {
    call(
      tool.name,
      random.around(tool.seconds, 0.6),
      random.chance(tool.failures) ? tool.error : undefined,
    );
  };

  events.push({ ...common(), type: 'message', role: 'user' });
  for (const member of run.members ?? []) {
    assistant(60);
    const played = playRun(
      {
        ...run,
        agent: member,
        run_id: `${run.run_id}-${member.id}`,
        parent_run_id: run.run_id,
        start: now,
        context: 0,
        members: [],
      },
      random,
    );
    inner.push(...played.events);
    call(delegate, (played.end - now) / 1000);
  }
  for (let round = random.whole(0, agent.rounds); round > 0; round--) {
    assistant(50);
    for (let calls = random.whole(1, 2); calls > 0; calls--) use(random.pick(agent.tools));
  }
  const status: RunStatus = random.chance(0.97) ? 'completed' : random.pick(['error', 'cancelled']);
  if (status === 'completed') assistant(agent.answer);
  const time = milli((now - run.start) / 1000);
  events.push({ ...common(), type: 'run', status, metrics: { time } });
  return { events: [...events, ...inner], end: now, context };
}

/** One request to the model: its usage, in the proportions of its agent. */
function answer(agent: DemoAgent, context: number, median: number, random: SeededRandom) {
  const { model } = agent;
  const input = agent.instructions + context;
  // The part of a prompt that was sent before is mostly read from the cache, in blocks of 128 tokens.
  const cached = random.chance(0.8) ? Math.floor((input * 0.85) / 128) * 128 : 0;
  const spoken = Math.max(5, Math.round(random.around(median)));
  const reasoning = Math.round(spoken * model.reasoning * random.next() * 2);
  const output = spoken + reasoning;
  const first = random.around(model.first, 0.3);
  const seconds = milli(first + output / model.tokensPerSecond);
  const cost =
    ((input - cached) * model.input + cached * model.cached + output * model.output) / 1e6;
  const event = {
    type: 'message',
    role: 'assistant',
    model: model.name,
    provider: model.provider,
    metrics: {
      input_tokens: input,
      output_tokens: output,
      ...(cached > 0 ? { cached_tokens: cached } : {}),
      ...(model.reasoning > 0 ? { reasoning_tokens: reasoning } : {}),
      time: seconds,
      ...(agent.streams ? { time_to_first_token: milli(first) } : {}),
      cost,
    },
  } satisfies Omit<MessageInput, 'run_id'>;
  return { event, seconds, output: spoken };
}

const milli = (seconds: number) => Math.round(seconds * 1000) / 1000;
