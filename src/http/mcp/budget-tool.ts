import { z } from 'zod';
import { checkBudget } from '../../budgets/check-budget.js';
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
    cost: z.number().min(0).max(1e6).optional().describe('US dollars that it is expected to cost'),
    tokens: z.int().min(0).max(1e12).optional().describe('Tokens that it is expected to use'),
    ...size,
  }),
  async read({ database, project }, { max_bytes: _size, cost, tokens, ...who }) {
    const { allowed, budgets } = await checkBudget(database, {
      ...who,
      estimate: { cost, tokens },
      project,
    });
    return { answer: { allowed, budgets }, lists: ['budgets'] };
  },
});
