import { tableOf } from '../../projections/fold/fold-sql.js';
import { sessionProjection } from '../../projections/session.js';
import { sessionUserProjection } from '../../projections/session-user.js';
import { type AnyOf, isAnyOf, textOf } from '../conditions.js';
import type { Alternatives } from './list-totals.js';

/**
 * Selects the rows `r` of runs or sessions that belong to a user. Most rows have one user, who is in the row and has
 * an index. If a row has several users, it names the greatest in byte order. The others are
 * found through the sessions that the user was in but whose row names somebody else.
 * For these, `isOthers` gives the condition, with the expression that a user is compared with.
 */
export function byUser(user_id: AnyOf, isOthers: (isUser: string) => string): Alternatives {
  if (user_id === undefined) return [() => undefined];
  const [only, ...more] = [user_id].flat().map((user) => textOf('user_id', user));
  const users = only === undefined ? [] : [only, ...more];
  return [
    (where) => where.add(`r.user_id ${isAnyOf('user_id', users, where.parameter)}`),
    (where) => {
      const isUser = isAnyOf('user_id', users, where.parameter);
      // With one user the comparison separates the others' rows; with several users nothing does.
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
