import { tableOf } from '../../projections/fold/fold-sql.js';
import { sessionProjection } from '../../projections/session.js';
import { sessionUserProjection } from '../../projections/session-user.js';
import { textOf } from '../conditions.js';
import type { Alternatives } from './list-totals.js';

/**
 * Which rows `r` of runs or sessions are a user's. Most rows have one user, who stands in the row and has
 * an index. Of those with several the row names the greatest in byte order; another is
 * found by way of the sessions that the user was in and that name somebody else, whom the row names
 * too. There `isOthers` says which rows are meant; \`USER\` stands in it for the user.
 */
export function byUser(user_id: string | undefined, isOthers: string): Alternatives {
  if (user_id === undefined) return [() => undefined];
  const user = textOf('user_id', user_id);
  return [
    (where) => where.add(`r.user_id = ${where.parameter(user)}`),
    (where) => {
      const placeholder = where.parameter(user);
      where.add(`r.user_id > ${placeholder} and r.session_id = any(array(
        select u.session_id from ${tableOf(sessionUserProjection)} u
          join ${tableOf(sessionProjection)} s on s.project = u.project and s.session_id = u.session_id
        where u.project = $1 and u.user_id = ${placeholder} and s.user_id > ${placeholder}))`);
      where.add(isOthers.replaceAll('USER', placeholder));
    },
  ];
}
