/** A change of the channels of a client; `channel` undefined means all of them. */
export interface ListenChange {
  readonly listen: boolean;
  readonly channel: string | undefined;
}

const identifier = String.raw`(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))`;
const blank = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)`;
const listenStatement = new RegExp(
  String.raw`(?:^|;)${blank}*(?:(un)?listen${blank}+(?:${identifier}|\*)|discard${blank}+all\b)`,
  'gi',
);
const copyIn = new RegExp(
  String.raw`^${blank}*copy\s+(?:"(?:[^"]|"")*"|[\w$.\u0080-\uffff])+\s*(?:\([^()]*\))?\s*from\s+stdin\b`,
  'i',
);

/** The LISTEN and UNLISTEN statements in a string, in order. */
export function getListenChanges(sql: string): ListenChange[] {
  if (!/listen|discard/i.test(sql)) return [];
  return [...sql.matchAll(listenStatement)].map(([statement, un, quoted, plain]) => ({
    listen: un === undefined && !/^[;\s]*discard/i.test(statement),
    channel: quoted?.replaceAll('""', '"') ?? plain?.toLowerCase(),
  }));
}

/** Whether a string starts with COPY … FROM STDIN. */
export function isCopyIn(sql: string): boolean {
  return /stdin/i.test(sql) && copyIn.test(sql);
}

/** Whether a string could contain COPY … FROM STDIN: its keywords have no other spelling. */
export function mayCopyIn(sql: string): boolean {
  return /stdin/i.test(sql);
}
