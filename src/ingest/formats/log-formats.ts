import { apiResponses } from './api-responses/api-responses.js';
import { claudeCode } from './claude-code/claude-code.js';
import { codex } from './codex/codex.js';
import { copilotCli } from './copilot-cli/copilot-cli.js';
import { geminiCli } from './gemini-cli/gemini-cli.js';
import { litellm } from './litellm/litellm.js';
import type { LogFormat } from './log/log-format.js';
import { opencode } from './opencode/opencode.js';

/** Every kind of log that can be read. The commands, the reference and the shared tests are made from this list. */
export const logFormats: readonly LogFormat[] = [
  claudeCode,
  codex,
  geminiCli,
  copilotCli,
  opencode,
  litellm,
  apiResponses,
];
