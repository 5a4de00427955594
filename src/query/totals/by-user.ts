import { tableOf } from '../../projections/fold/fold-sql.js';
import { sessionProjection } from '../../projections/session.js';
import { sessionUserProjection } from '../../projections/session-user.js';
import { type AnyOf, isAnyOf, textOf } from '../conditions.js';
import type { Alternatives } from './list-totals.js';

/**
 * Which rows `r` of runs or sessions are a user's. Most rows have one user, who stands in the row and has
 * an index. Of those with several the row names the greatest in byte order; another is
 * found by way of the sessions that the user was in and that name somebody else, whom the row names
 * too. There `isOthers` says which rows are meant, given what a user is compared with.
 */
export function byUser(user_id: AnyOf, isOthers: (isUser: string) => string): Alternatives {
  if (user_id === undefined) return [() => undefined];
  const [only, ...more] = [user_id].flat().map((user) => textOf('user_id', user));
  const users = only === undefined ? [] : [only, ...more];
  return [
    (where) => where.add(`r.user_id ${isAnyOf('user_id', users, where.parameter)}`),
    (where) => {
      const isUser = isAnyOf('user_id', users, where.parameter);
      // Of one user what is compared shows where others begin; of several nothing does.
      const isNamed =
        users.length === 1 ? `r.user_id > ${isUser.slice(2)}` : `not r.user_id ${isUser}`;
      where.add(`${isNamed} and r.session_id = any(array(
        select u.session_id from ${tableOf(sessionUserProjection)} u
          join ${tableOf(sessionProjection)} s on s.project = u.project and s.session_id = u.session_id
        where u.project = $1 and u.user_id ${isUser} and s.user_id > u.user_id))`);
      where.add(isOthers(isUser));
    },
  ];
}
