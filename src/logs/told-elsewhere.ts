import { eventKey } from '../events/event-id.js';
import type { LogFormat } from '../ingest/formats/log/log-format.js';
import type { Database } from '../postgres/database.js';
import { claimKeys } from './claims.js';

/** What one reading knows of the sessions of a format. */
export interface ToldSessions {
  /** Whether their program reports them another way. */
  readonly isElsewhere: Map<string, boolean>;
  /** Whether all that was on the queue when reading began is folded. */
  isFolded: boolean;
}

export const createToldSessions = (): ToldSessions => ({
  isElsewhere: new Map(),
  isFolded: false,
});

/** What a batch has of a session: the keys of its events. */
export type SessionKeys = ReadonlyMap<string, readonly string[]>;

/** The rank of a claim that says that a session is told elsewhere. */
const elsewhereRank = 1;
const keyOf = (session: string) => `session ${session}`;

/**
 * Finds out of the sessions of a batch which of them their program reports another way too, as over
 * OpenTelemetry: those which the log has messages of, none of them one of these, before anything of
 * their files was sent. It is claimed before that is sent, and never changes: so a restart, a file
 * that grew and a second reading come to the same.
 */
export async function findToldElsewhere(
  store: {
    readonly database: Database;
    readonly project: number;
    readonly folded: () => Promise<void>;
  },
  format: LogFormat,
  batch: SessionKeys,
  told: ToldSessions,
): Promise<void> {
  const { database, project, folded } = store;
  const { reported_as: agent } = format;
  const known = told.isElsewhere;
  const open = [...batch.keys()].filter((session) => !known.has(session));
  if (agent === undefined || open.length === 0) return;
  const claimed = await database.query<{ session_id: string; rank: number }>(
    `select session_id, rank from runfold_internal.log_claim
    where project = $1 and format = $2 and key = any($3::uuid[])`,
    [project, format.name, open.map((session) => eventKey(keyOf(session)))],
  );
  for (const { session_id, rank } of claimed) known.set(session_id, rank === elsewhereRank);
  const fresh = open.filter((session) => !known.has(session));
  if (fresh.length === 0) return;
  // What was reported may be on the queue yet. What comes while this reads nobody can tell apart.
  if (!told.isFolded) await folded();
  told.isFolded = true;
  const keys = fresh.flatMap((session) => batch.get(session) ?? []);
  const rows = await database.query<{ session_id: string }>(
    `select e.session_id from runfold_internal.event e
    where e.project = $1 and e.session_id = any($2) and e.type = 1 and e.agent_id = $3
    group by e.session_id having not bool_or(e.id = any($4::uuid[]))`,
    [project, fresh, agent, keys],
  );
  const elsewhere = new Set(rows.map(({ session_id }) => session_id));
  const claims = await claimKeys(
    database,
    project,
    format.name,
    new Map(
      fresh.map((session_id) => [
        keyOf(session_id),
        { session_id, rank: elsewhere.has(session_id) ? elsewhereRank : 0 },
      ]),
    ),
  );
  for (const session of fresh) {
    known.set(session, claims.get(keyOf(session))?.rank === elsewhereRank);
  }
}
