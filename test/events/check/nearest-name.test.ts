import { describe, expect, test } from 'vitest';
import { newChannelSchema } from '#runfold/alerts/channels.js';
import { checkedAlert } from '#runfold/alerts/checked-alert.js';
import { newRuleSchema } from '#runfold/alerts/new-rule.js';
import { describeError } from '#runfold/cli/command/command-error.js';
import { parseList } from '#runfold/cli/options/usage-options.js';
import { nearestName, oneOfNames } from '#runfold/events/check/nearest-name.js';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import { checked } from '#runfold/http/route/route.js';
import { repriceRoutes } from '#runfold/http/routes/reprices.js';
import { runRoutes } from '#runfold/http/routes/runs.js';
import { usageRoute } from '#runfold/http/routes/usage.js';

const fields = ['id', 'user_id', 'agent_id', 'tool_name', 'model', 'cost'];

test.each([
  ['users', undefined],
  ['user', 'user_id'],
  ['tool', 'tool_name'],
  ['agentId', 'agent_id'],
  ['costs', 'cost'],
  ['Model', 'model'],
  ['colour', undefined],
  // Two letters away from agent_id, which nobody means by it.
  ['event_id', 'id'],
  ['eventId', 'id'],
])('%s is taken for %s', (given, meant) => {
  expect(nearestName(given, fields)).toBe(meant);
});

test('a choice names what was probably meant, if anything was', () => {
  expect(oneOfNames(['cost', 'runs'], 'costs')).toBe('one of cost, runs (did you mean cost?)');
  for (const other of ['x', 7, undefined]) {
    expect(oneOfNames(['cost', 'runs'], other)).toBe('one of cost, runs');
  }
});

describe('a value close to one that is known is taken for it', () => {
  const faultsOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return describeError(error, false).text;
    }
    return 'none';
  };
  const alert = (schema: Parameters<typeof checkedAlert>[0], rule: object) =>
    faultsOf(() => checkedAlert(schema, { name: 'a', ...rule }));

  test('in an event', () => {
    const occurred_at = '2026-01-01T00:00:00Z';
    const event = { type: 'message', role: 'asistant', id: 'm', run_id: 'r', occurred_at };
    const parsed = parseEvent(event);
    expect(parsed.ok ? [] : parsed.faults).toMatchObject([
      { field: 'role', expected: expect.stringContaining('(did you mean assistant?)') },
    ]);
  });

  test('in an alert rule or a channel', () => {
    const rule = { kind: 'error_rate', of: 'model', above: 0.5 };
    expect(alert(newRuleSchema, { ...rule, kind: 'eror_rate' })).toMatch(
      /kind: expected one of budget, .* \(did you mean error_rate\?\)/,
    );
    expect(alert(newRuleSchema, { ...rule, windowMinutes: 60 })).toContain(
      'windowMinutes: expected no such field (did you mean window_minutes?), got another',
    );
    expect(alert(newRuleSchema, { ...rule, of: 'modell' })).toContain('(did you mean model?)');
    // Only of its own kind.
    expect(alert(newRuleSchema, { kind: 'budget', minute: 60 })).not.toContain('did you mean');
    const secret = { kind: 'slack', ur: 'https://hooks.example.com/secret' };
    const said = alert(newChannelSchema, secret);
    expect(said).toContain('ur: expected no such field (did you mean url?), got another');
    expect(said).not.toContain('secret');
  });

  test('in a query over HTTP and in a flag', () => {
    const [list] = runRoutes;
    const ask = (schema: Parameters<typeof checked>[0], value: object) =>
      faultsOf(() => checked(schema, value));
    const from = '2026-01-01T00:00:00Z';
    expect(ask(usageRoute.query, { from, group_by: 'user,model' })).toMatch(
      /group_by\.0: expected any of .* \(did you mean user_id\?\), got "user"/,
    );
    expect(ask(usageRoute.query, { from, order_by: 'costs' })).toContain('(did you mean cost?)');
    expect(list && ask(list.query, { order_by: 'costs' })).toContain('(did you mean cost?)');
    const body = repriceRoutes[0]?.body?.['application/json'];
    expect(body && ask(body, { dryRun: true })).toContain('(did you mean dry_run?)');
    expect(faultsOf(() => parseList('--by', 'users', ['user', 'model']))).toBe(
      'error: --by: expected one of user, model (did you mean user?), got "users".',
    );
  });
});
