import type { MetricEventInput } from '../../../events/metric-event.js';
import type { JsonObject } from './log-record.js';

/** A file of a log, as its reader sees it. The reader itself opens nothing. */
export interface LogFile {
  /** The path below the root where logs of this format lie, with slashes. */
  readonly name: string;
  /** The JSON of the file beside it that the format names; undefined if there is none. */
  readonly companion?: JsonObject | undefined;
  /** What readers of this format wrote down about a name, such as a thread that spans files. */
  recall(name: string): JsonObject | undefined;
}

/** An event with its figures as far as they are known, and the key that only one session can own. */
export interface Draft {
  readonly event: MetricEventInput & { readonly id: string; readonly session_id: string };
  /** What a copy has too. Absent if the event's id cannot occur in two sessions and never grows. */
  readonly key?: string | undefined;
  /** 0, or more for sources that only repeat what lower ones own. */
  readonly rank?: number | undefined;
  /** Whether its program never finished writing it, so that its figures are a floor. */
  readonly partial?: boolean | undefined;
}

/** Reads the records of one file, in order. */
export interface LogReader {
  /** The events of one record; a message again whenever its figures grew. @throws InvalidRecordError */
  read(record: JsonObject): readonly Draft[];
  /** What is still open, as it stands. */
  settle(): readonly Draft[];
  /** Whether `settle` would return anything. */
  isOpen(): boolean;
  /** What it needs to go on, at most 64 KiB: ids and figures only. */
  save(): JsonObject;
  /** What readers of later files need to know, by name. */
  remember?(): ReadonlyMap<string, JsonObject>;
  /** Tool calls that were dropped because too many waited for their answers. */
  dropped?(): number;
}

/** A kind of log: one folder of code, and one folder of fixtures. Nothing else names it. */
export interface LogFormat {
  readonly name: string;
  /** One sentence for the help and the reference. */
  readonly doc: string;
  /** Whether it is the log of an agent, which `--format agents` reads. */
  readonly isAgent: boolean;
  /** The agent of the events that its program's OpenTelemetry becomes, where it sends any. */
  readonly reported_as?: string | undefined;
  /** The folders where its logs lie if nobody says so. Empty: a path has to be given. */
  roots(home: string, env: Readonly<Record<string, string | undefined>>): readonly string[];
  /** Whether a file is one of its logs, by its path below a root; lower orders are read first. */
  isLog(path: string): false | { readonly order: number };
  /** Whether files of one order are read by the first time in them, or by name alone. */
  readonly sortBy: 'time' | 'name';
  /** Whether the first records are of this format, for `--format auto`. */
  recognizes(head: readonly JsonObject[]): boolean;
  /** The path of the file beside a log that its reader needs too. */
  companion?(path: string): string | undefined;
  /** The names that its reader will `recall`, by the path of its file. */
  recalls?(path: string): readonly string[];
  /** A line with none of these is passed over unparsed. Absent: every line is parsed. */
  readonly marks?: readonly string[] | undefined;
  /** What the first bytes of lines hold that have no usage, and may be of any length. */
  readonly passOver?: readonly string[] | undefined;
  /** Lines that are appended, or a document that is written again as a whole. */
  unit(path: string): 'lines' | 'document';
  open(file: LogFile, saved?: JsonObject): LogReader;
}
