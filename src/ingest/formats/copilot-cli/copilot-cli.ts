import { join } from 'node:path';
import type { LogFormat } from '../log/log-format.js';
import { openCopilotCli } from './copilot-reader.js';

/** Sessions of GitHub Copilot CLI. */
export const copilotCli: LogFormat = {
  name: 'copilot-cli',
  doc: 'Sessions of GitHub Copilot CLI',
  isAgent: true,
  roots: (home, env) => [join(env.COPILOT_HOME ?? join(home, '.copilot'), 'session-state')],
  isLog: (path) => (/(^|\/)events\.jsonl$/.test(path) ? { order: 0 } : false),
  sortBy: 'time',
  recognizes: (head) =>
    head.some(({ type, data }) => type === 'session.start' && typeof data === 'object'),
  marks: [
    '"session.start"',
    '"session.resume"',
    '"session.usage_record"',
    '"session.shutdown"',
    '"user.message"',
    '"subagent.started"',
    '"assistant.turn_start"',
    '"tool.execution_',
  ],
  unit: () => 'lines',
  open: openCopilotCli,
};
