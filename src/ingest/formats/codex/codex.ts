import { join } from 'node:path';
import { isRawObject } from '../../../events/check/normalize-event.js';
import type { LogFormat } from '../log/log-format.js';
import { openCodex } from './codex-reader.js';

const rollout = /^rollout-.*\.jsonl(\.zst)?$/;

/** Rollouts of Codex, compressed or not. */
export const codex: LogFormat = {
  name: 'codex',
  doc: 'Threads of Codex, forks, subagents and compressed ones included',
  isAgent: true,
  reported_as: 'codex',
  roots(home, env) {
    const folders = (env.CODEX_HOME ?? join(home, '.codex')).split(',').map((one) => one.trim());
    return folders
      .filter((folder) => folder !== '')
      .flatMap((folder) => [join(folder, 'sessions'), join(folder, 'archived_sessions')]);
  },
  isLog: (path) => (rollout.test(path.split('/').at(-1) ?? '') ? { order: 0 } : false),
  sortBy: 'name',
  recognizes: (head) =>
    head.some(({ type, payload }) => type === 'session_meta' && isRawObject(payload)),
  recalls(path) {
    const [, thread] =
      /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_[^/]*\.jsonl/.exec(path) ?? [];
    return thread === undefined ? [] : [thread];
  },
  marks: [
    '"session_meta"',
    '"turn_context"',
    '"token_count"',
    '"token_usage_record"',
    '"task_',
    '"turn_',
    '"call_id"',
    '"item_completed"',
  ],
  passOver: ['"type":"compacted"'],
  unit: () => 'lines',
  open: openCodex,
};
