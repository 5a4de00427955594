import type { MetricEventInput } from '../../../events/metric-event.js';
import { type AgnoRecord, agnoRecord } from './agno-record.js';
import { type AgnoRunOptions, fromStoredRun } from './from-agno-run.js';

/** Whether a value is a row of Agno's session table, with the runs of a session. */
export function isAgnoRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'runs' in value && !('run_id' in value);
}

/**
 * Turns a row of Agno 2.x's session table into events: `runs` is a list of runs, or its JSON. Members
 * of a team are in it as separate runs and in the run of the team, with the same ids.
 * @throws InvalidAgnoRunError with the field, what was expected and what it got
 */
export function fromAgnoRow(value: unknown, options: AgnoRunOptions = {}): MetricEventInput[] {
  const row = agnoRecord(value);
  const user_id = options.user_id ?? row.text('user_id');
  const session_id = row.text('session_id');
  return readRuns(row).flatMap((run) => fromStoredRun({ session_id, ...run.plain() }, user_id));
}

function readRuns(row: AgnoRecord): readonly AgnoRecord[] {
  if (!row.has('runs')) return [];
  const plain = row.plain();
  if (typeof plain.runs !== 'string') return row.records('runs');
  let runs: unknown;
  try {
    runs = JSON.parse(plain.runs);
  } catch {
    throw row.fault('runs', 'a list of runs, or the JSON of one');
  }
  return agnoRecord({ runs }).records('runs');
}
