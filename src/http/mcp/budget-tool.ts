import { z } from 'zod';
import { budgetCheckSchema } from '../../budgets/asked-check.js';
import { name } from '../route/parameters.js';
import { defineTool } from './mcp-tool.js';
import { size } from './tool-inputs.js';

export const checkBudgetTool = defineTool({
  name: 'check_budget',
  title: 'Remaining budgets',
  description:
    'Whether the budgets of this project allow more usage, and the state of each that applies: used, held, ' +
    'limit, remaining, and when its window starts again. It does not hold anything.',
  input: z.strictObject({
    user_id: name('On behalf of this user').optional(),
    agent_id: name('By this agent').optional(),
    team_id: name('By this team').optional(),
    session_id: name('In this session').optional(),
    run_id: name('In this run').optional(),
    model: name('With this model').optional(),
    labels: budgetCheckSchema.shape.labels.describe('With these labels: name → value'),
    cost: z.number().min(0).max(1e6).optional().describe('US dollars that it is expected to cost'),
    tokens: z.int().min(0).max(1e12).optional().describe('Tokens that it is expected to use'),
    ...size,
  }),
  async read({ budgets: gate, project }, { max_bytes: _size, cost, tokens, ...who }) {
    const check = await gate.check({ ...who, estimate: { cost, tokens } }, project);
    const { allowed, is_unknown, budgets } = check;
    // Without the database there are no figures, only what was set for this case.
    return {
      answer: { allowed, ...(is_unknown ? { is_unknown } : {}), budgets },
      lists: ['budgets'],
    };
  },
});
