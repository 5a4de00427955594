import { join } from 'node:path';
import type { LogFormat } from '../log/log-format.js';
import { openGeminiCli, subagentChat } from './gemini-reader.js';

const chat = /(^|\/)session-[^/]*\.jsonl?$/;

/** Chats of Gemini CLI. */
export const geminiCli: LogFormat = {
  name: 'gemini-cli',
  doc: 'Chats of Gemini CLI',
  isAgent: true,
  reported_as: 'gemini-cli',
  roots: (home, env) => [join(env.GEMINI_CLI_HOME ?? home, '.gemini', 'tmp')],
  isLog: (path) =>
    subagentChat.test(path) ? { order: 1 } : chat.test(path) ? { order: 0 } : false,
  sortBy: 'time',
  recalls(path) {
    const [, parent] = subagentChat.exec(path) ?? [];
    return parent === undefined ? [] : [parent];
  },
  recognizes: (head) =>
    head.some(
      ({ sessionId, projectHash }) =>
        typeof sessionId === 'string' && typeof projectHash === 'string',
    ),
  unit: (path) => (path.endsWith('.json') ? 'document' : 'lines'),
  open: openGeminiCli,
};
