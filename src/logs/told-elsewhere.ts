import type { EventPlace } from '../corrections/corrected-events.js';
import { eventKey } from '../events/event-id.js';
import { eventTypes } from '../events/metric-event.js';
import type { LogFormat } from '../ingest/formats/log/log-format.js';
import type { Database } from '../postgres/database.js';
import { claimKeys } from './claims.js';

/** What one run of reading knows about the sessions of a format. */
export interface ToldSessions {
  /** Whether the session's program reports it another way. */
  readonly isElsewhere: Map<string, boolean>;
  /** Whether everything that was in the queue at the start of reading is folded. */
  isFolded: boolean;
}

export const createToldSessions = (): ToldSessions => ({
  isElsewhere: new Map(),
  isFolded: false,
});

interface MessageStore {
  readonly database: Database;
  readonly project: number;
}

/** The rank of a claim for a session that is reported another way. */
const elsewhereRank = 1;
const keyOf = (session: string) => `session ${session}`;

/**
 * Finds the sessions in a batch that their program also reports another way, such as OpenTelemetry.
 * They have messages in the log before anything from their files was sent, and none of those is in
 * the batch. The result is claimed before anything is sent and never changes. So a restart, a grown
 * file and a second reading give the same result.
 */
export async function findToldElsewhere(
  store: MessageStore & { readonly folded: () => Promise<void> },
  format: LogFormat,
  events: readonly EventPlace[],
  told: ToldSessions,
): Promise<void> {
  const { database, project, folded } = store;
  const { reported_as: agent } = format;
  const known = told.isElsewhere;
  const sessions = new Set(events.map(({ session_id }) => session_id));
  const open = [...sessions].filter((session) => !known.has(session));
  if (agent === undefined || open.length === 0) return;
  const claimed = await database.query<{ session_id: string; rank: number }>(
    `select session_id, rank from runfold_internal.log_claim
    where project = $1 and format = $2 and key = any($3::uuid[])`,
    [project, format.name, open.map((session) => eventKey(keyOf(session)))],
  );
  for (const { session_id, rank } of claimed) known.set(session_id, rank === elsewhereRank);
  const fresh = open.filter((session) => !known.has(session));
  if (fresh.length === 0) return;
  // Reported events may still be in the queue. Those that arrive during reading cannot be told
  // apart.
  if (!told.isFolded) await folded();
  told.isFolded = true;
  const reported = await sessionsWithMessages(store, agent, fresh);
  const elsewhere = new Set(
    reported.length === 0 ? [] : await sessionsWithoutAny(store, agent, reported, events),
  );
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

/** Those of the sessions in which the log has messages of an agent. */
async function sessionsWithMessages(
  { database, project }: MessageStore,
  agent: string,
  sessions: readonly string[],
): Promise<readonly string[]> {
  const rows = await database.query<{ session_id: string }>(
    `select s.session_id from unnest($2::text[]) as s(session_id)
    where exists (select from runfold_internal.event e
      where e.project = $1 and e.session_id = s.session_id and e.type = ${eventTypes.message}
        and e.agent_id = $3)`,
    [project, sessions, agent],
  );
  return rows.map(({ session_id }) => session_id);
}

/** Those of the sessions of which the log has messages of an agent, but none of the given events. */
async function sessionsWithoutAny(
  { database, project }: MessageStore,
  agent: string,
  sessions: readonly string[],
  events: readonly EventPlace[],
): Promise<readonly string[]> {
  const own = new Set(sessions);
  const keys = events.filter(({ session_id }) => own.has(session_id)).map(({ id }) => eventKey(id));
  const rows = await database.query<{ session_id: string }>(
    `select e.session_id from runfold_internal.event e
    where e.project = $1 and e.session_id = any($2) and e.type = ${eventTypes.message} and e.agent_id = $3
    group by e.session_id having not bool_or(e.id = any($4::uuid[]))`,
    [project, sessions, agent, keys],
  );
  return rows.map(({ session_id }) => session_id);
}
