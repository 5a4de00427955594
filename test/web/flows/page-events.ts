import type { MetricEventInput } from '#runfold/events/metric-event.js';

const minute = 60_000;

/**
 * Work of some agents in the days before `now`: sessions of a lead that delegates, tools that fail,
 * and difficult names. The same arguments give the same events.
 */
export function pageEvents(
  now: number,
  days: number,
  sessionsADay: number,
  name = 'session',
): readonly MetricEventInput[] {
  const events: MetricEventInput[] = [];
  for (let day = 0; day < days; day++) {
    for (let number = 0; number < sessionsADay; number++) {
      const index = day * sessionsADay + number;
      const start = now - day * 86_400_000 - (number + 1) * 37 * minute;
      events.push(...sessionEvents(`${name}-${String(index).padStart(4, '0')}`, index, start));
    }
  }
  return events;
}

function sessionEvents(
  session_id: string,
  index: number,
  start: number,
): readonly MetricEventInput[] {
  const lead = `${session_id}-run`;
  const member = `${session_id}-member`;
  const customer = ['acme', 'globex', undefined][index % 3];
  const labels = customer === undefined ? {} : { labels: { customer, feature: 'search' } };
  const common = { session_id, user_id: `user-${index % 5}`, team_id: 'research', ...labels };
  const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
  const model = ['model-a', 'model-b', 'model-c'][index % 3] ?? '';
  const agent = { ...common, run_id: lead, agent_id: 'lead', agent_name: 'Lead' };
  const other = {
    ...common,
    run_id: member,
    parent_run_id: lead,
    agent_id: 'writer',
    agent_name: 'Writer',
  };
  const answer = (input: number, cost: number) => ({
    input_tokens: input,
    output_tokens: 40 + (index % 7),
    cached_tokens: Math.floor(input / 2),
    time: 1.5 + (index % 4) / 4,
    time_to_first_token: 0.4,
    cost,
  });
  return [
    { ...agent, id: `${lead}-1`, type: 'message', role: 'user', occurred_at: at(0) },
    {
      ...agent,
      id: `${lead}-2`,
      type: 'message',
      role: 'assistant',
      model,
      provider: 'p',
      occurred_at: at(3),
      metrics: answer(1000 + index, 0.0123),
    },
    {
      ...agent,
      id: `${lead}-3`,
      type: 'tool_call',
      tool_name: 'delegate',
      occurred_at: at(9),
      metrics: { time: 6 },
    },
    {
      ...other,
      id: `${member}-1`,
      type: 'message',
      role: 'assistant',
      model: 'model-a',
      provider: 'p',
      occurred_at: at(6),
      metrics: answer(500, 0.000457),
    },
    {
      ...other,
      id: `${member}-2`,
      type: 'tool_call',
      tool_name: 'search',
      occurred_at: at(8),
      ...(index % 4 === 0 ? { error: 'disk full' } : {}),
      metrics: { time: 0.7 },
    },
    {
      ...other,
      id: `${member}-3`,
      type: 'run',
      status: 'completed',
      occurred_at: at(9),
      metrics: { time: 6 },
    },
    {
      ...agent,
      id: `${lead}-4`,
      type: 'message',
      role: 'assistant',
      model,
      provider: 'p',
      occurred_at: at(14),
      metrics: answer(1500, 0.02),
    },
    {
      ...agent,
      id: `${lead}-5`,
      type: 'run',
      status: index % 6 === 0 ? 'error' : 'completed',
      occurred_at: at(15),
      metrics: { time: 15 },
    },
  ] as MetricEventInput[];
}
