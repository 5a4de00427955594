import { type FilterName, isLabelFilter, labelOf } from '../address/parameters.js';

const words: Readonly<Record<string, string>> = {
  agent_id: 'Agent',
  model: 'Model',
  provider: 'Provider',
  tool_name: 'Tool',
  user_id: 'User',
  team_id: 'Team',
  workflow_id: 'Workflow',
  status: 'Status',
};

/** The name of a filter. A label has its own name. */
export const filterWord = (name: FilterName) =>
  isLabelFilter(name) ? labelOf(name) : (words[name] ?? name);
