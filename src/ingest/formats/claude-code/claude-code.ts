import { join } from 'node:path';
import { isRawObject } from '../../../events/check/normalize-event.js';
import type { LogFormat } from '../log/log-format.js';
import { openClaudeCode } from './claude-reader.js';

/** Session files of Claude Code and of its subagents. */
export const claudeCode: LogFormat = {
  name: 'claude-code',
  doc: 'Sessions of Claude Code, subagents included',
  isAgent: true,
  reported_as: 'claude-code',
  roots(home, env) {
    const folders = env.CLAUDE_CONFIG_DIR?.split(',').map((folder) => folder.trim());
    return (folders ?? [join(home, '.config', 'claude'), join(home, '.claude')])
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, 'projects'));
  },
  isLog(path) {
    if (!path.endsWith('.jsonl')) return false;
    const name = path.split('/').at(-1) ?? '';
    return { order: path.includes('subagents/') || name.startsWith('agent-') ? 1 : 0 };
  },
  sortBy: 'time',
  recognizes: (head) =>
    head.some(
      ({ type, message, sessionId, uuid }) =>
        (type === 'assistant' || type === 'user') &&
        isRawObject(message) &&
        typeof (sessionId ?? uuid) === 'string',
    ),
  companion: (path) => {
    const isAgent = (path.split('/').at(-1) ?? '').startsWith('agent-');
    return isAgent ? path.replace(/\.jsonl$/, '.meta.json') : undefined;
  },
  // Programs that rewrite session files may put spaces into the JSON.
  marks: ['"type":"assistant"', '"type":"user"', '"type": "assistant"', '"type": "user"'],
  passOver: ['"type":"progress"', '"type":"file-history-snapshot"'],
  unit: () => 'lines',
  open: openClaudeCode,
};
