/** The nodes of a Citus cluster, by the pools that connect to them. */
const nodes = new WeakMap<object, string>();
const nodesOfErrors = new WeakMap<object, string>();

/** Lets errors of a pool be told from those of the store's own server: it connects to a node of a Citus cluster. */
export function nameNode(pool: object, node: string): void {
  nodes.set(pool, node);
}

/** Remembers on which node an error occurred. */
export function rememberNode(error: unknown, pool: object): void {
  const node = nodes.get(pool);
  if (node !== undefined && error instanceof Error) nodesOfErrors.set(error, node);
}

/** The node on which an error occurred, as `host:port`; undefined if that was the store's own server. */
export function nodeOf(error: unknown): string | undefined {
  return error instanceof Error ? nodesOfErrors.get(error) : undefined;
}
