/** The outcome of reading logs. Counts are of this call only. */
export interface LogSummary {
  /** The formats that were read. */
  readonly formats: readonly string[];
  /** Files of these formats that were found. */
  readonly files: number;
  /** Files that had new lines. */
  readonly files_read: number;
  /** Files that could not be read, or only in part. */
  readonly files_failed: number;
  /** Files that another process is reading. */
  readonly files_busy: number;
  /** Bytes that were read, decompressed. */
  readonly bytes: number;
  readonly lines: number;
  /** Lines that were rejected, at least in part. */
  readonly invalid_lines: number;
  /** New messages, tool calls and ends of runs. */
  readonly messages: number;
  readonly tool_calls: number;
  readonly runs: number;
  /** Corrections of messages whose figures grew after they were counted. */
  readonly corrections: number;
  /** Sessions with new messages. */
  readonly sessions: number;
  /** Messages that were counted already: copies of forked or resumed history, and repeated lines. */
  readonly copies: number;
  /** New messages whose program never wrote their final figures. */
  readonly partial: number;
  /** Tool calls that were dropped because too many waited for their results. */
  readonly dropped_calls: number;
  /** Sessions left out because the agent reports them over OTLP already. */
  readonly told_elsewhere: readonly string[];
  /** RFC 3339; null without messages. */
  readonly first_message: string | null;
  readonly last_message: string | null;
  readonly dry_run: boolean;
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** Counts while logs are read. */
export type LogCounts = {
  -readonly [N in keyof Omit<
    LogSummary,
    'formats' | 'sessions' | 'told_elsewhere' | 'seconds' | 'interrupted' | 'dry_run'
  >]: LogSummary[N];
} & {
  readonly seenSessions: Set<string>;
  readonly elsewhere: Set<string>;
};

export function openCounts(): LogCounts {
  return {
    files: 0,
    files_read: 0,
    files_failed: 0,
    files_busy: 0,
    bytes: 0,
    lines: 0,
    invalid_lines: 0,
    messages: 0,
    tool_calls: 0,
    runs: 0,
    corrections: 0,
    copies: 0,
    partial: 0,
    dropped_calls: 0,
    first_message: null,
    last_message: null,
    seenSessions: new Set(),
    elsewhere: new Set(),
  };
}

/** The summary of counts. */
export function summaryOf(
  { seenSessions, elsewhere, ...counts }: LogCounts,
  rest: Pick<LogSummary, 'formats' | 'seconds' | 'interrupted' | 'dry_run'>,
): LogSummary {
  return {
    ...counts,
    ...rest,
    sessions: seenSessions.size,
    told_elsewhere: [...elsewhere].sort(),
  };
}
