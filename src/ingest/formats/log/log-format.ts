import type { MetricEventInput } from '../../../events/metric-event.js';
import type { JsonObject } from './log-record.js';

/** A log file for its reader. The reader itself opens no files. */
export interface LogFile {
  /** The path below the root of this format's logs, with slashes. */
  readonly name: string;
  /** The JSON of the file beside it that the format names; undefined if there is none. */
  readonly companion?: JsonObject | undefined;
  /** What readers of this format stored under a name, such as a thread that spans files. */
  recall(name: string): JsonObject | undefined;
}

/** An event with its known figures, and the key that only one session can own. */
export interface Draft {
  readonly event: MetricEventInput & { readonly id: string; readonly session_id: string };
  /** The key that its copies share. Absent if the event's id cannot occur in two sessions and its figures never grow. */
  readonly key?: string | undefined;
  /** 0, or greater for sources that only repeat events of lower ones. */
  readonly rank?: number | undefined;
  /** Whether its program never finished writing it, so that the true figures may be higher. */
  readonly partial?: boolean | undefined;
}

/** Reads the records of one file, in order. */
export interface LogReader {
  /** The records within a record. If one is invalid, the others are still read. Defaults to the record itself. */
  parts?(record: JsonObject): readonly JsonObject[];
  /** The events of one record; returns a message again if its figures grew. @throws InvalidRecordError */
  read(record: JsonObject): readonly Draft[];
  /** The unfinished events with their current figures. */
  settle(): readonly Draft[];
  /** Whether `settle` would return anything. */
  isOpen(): boolean;
  /** The state that it needs to continue, at most 64 KiB: only ids and figures. */
  save(): JsonObject;
  /** What readers of later files need, by name. */
  remember?(): ReadonlyMap<string, JsonObject>;
  /** Tool calls that were dropped because too many waited for their results. */
  dropped?(): number;
}

/** A kind of log: one folder of code, and one folder of fixtures. No other code names it. */
export interface LogFormat {
  readonly name: string;
  /** One sentence for the help and the reference. */
  readonly doc: string;
  /** Whether it is the log of an agent, which `--format agents` reads. */
  readonly isAgent: boolean;
  /** The agent of the events from its program's OpenTelemetry, if it sends any. */
  readonly reported_as?: string | undefined;
  /** The default folders of its logs. If empty, a path is required. */
  roots(home: string, env: Readonly<Record<string, string | undefined>>): readonly string[];
  /** Whether a file is one of its logs, by its path below a root; lower orders are read first. */
  isLog(path: string): false | { readonly order: number };
  /** Whether files of one order are read by the first time in them, or only by name. */
  readonly sortBy: 'time' | 'name';
  /** Whether the first records have this format, for `--format auto`. */
  recognizes(head: readonly JsonObject[]): boolean;
  /** The path of another file that the reader of a log needs. */
  companion?(path: string): string | undefined;
  /** The names that the reader of a file will `recall`, by its path. */
  recalls?(path: string): readonly string[];
  /** A line without any of these strings is skipped without parsing. If absent, every line is parsed. */
  readonly marks?: readonly string[] | undefined;
  /** Strings in the first bytes of lines that have no usage and may have any length. */
  readonly passOver?: readonly string[] | undefined;
  /** Whether lines are appended, or the whole document is written again. */
  unit(path: string): 'lines' | 'document';
  open(file: LogFile, saved?: JsonObject): LogReader;
}
