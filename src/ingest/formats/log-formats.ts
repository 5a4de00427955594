import { claudeCode } from './claude-code/claude-code.js';
import type { LogFormat } from './log/log-format.js';

/** Every kind of log that can be read. The commands, the reference and the shared tests are made from this list. */
export const logFormats: readonly LogFormat[] = [claudeCode];
