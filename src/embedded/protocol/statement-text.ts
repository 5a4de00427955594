/** A change of the channels of a client; `channel` undefined means all of them. */
export interface ListenChange {
  readonly listen: boolean;
  readonly channel: string | undefined;
}

const IDENTIFIER = String.raw`(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))`;
const BLANK = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)`;
const LISTEN = new RegExp(
  String.raw`(?:^|;)${BLANK}*(?:(un)?listen${BLANK}+(?:${IDENTIFIER}|\*)|discard${BLANK}+all\b)`,
  'gi',
);
const COPY_IN = new RegExp(
  String.raw`^${BLANK}*copy\s+(?:"(?:[^"]|"")*"|[\w$.\u0080-\uffff])+\s*(?:\([^()]*\))?\s*from\s+stdin\b`,
  'i',
);

/** The LISTEN and UNLISTEN statements in a string, in order. */
export function getListenChanges(sql: string): ListenChange[] {
  if (!/listen|discard/i.test(sql)) return [];
  return [...sql.matchAll(LISTEN)].map(([statement, un, quoted, plain]) => ({
    listen: un === undefined && !/^[;\s]*discard/i.test(statement),
    channel: quoted?.replaceAll('""', '"') ?? plain?.toLowerCase(),
  }));
}

/** Whether a string starts with COPY … FROM STDIN. */
export function isCopyIn(sql: string): boolean {
  return /stdin/i.test(sql) && COPY_IN.test(sql);
}

/** Whether a string could contain COPY … FROM STDIN: its keywords have no other spelling. */
export function mayCopyIn(sql: string): boolean {
  return /stdin/i.test(sql);
}
