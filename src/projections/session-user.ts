import { textType } from '../events/columns/log-columns.js';
import { defineProjection } from './language/projection.js';
import { runProjection } from './run.js';

/** The users of each session, so that a session is found by each of its users. */
export const sessionUserProjection = defineProjection({
  name: 'session_user',
  doc: 'One row per session and user named in one of its events.',
  where: [{ names: 'user_id' }],
  key: {
    project: runProjection.key.project,
    user_id: { type: textType, doc: 'The user' },
    session_id: runProjection.key.session_id,
  },
  measures: {
    started_at_us: { fold: 'earliest_start', doc: "When the first of the user's events began" },
    ended_at_us: { fold: 'latest', doc: "When the last of the user's events ended" },
  },
});
