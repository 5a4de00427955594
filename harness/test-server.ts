/** The sources of a server, in the order in which they are tried. */
export const serverRoutes = ['environment', 'containers', 'local', 'binaries'] as const;

export type ServerRoute = (typeof serverRoutes)[number];

/** A server for the tests. */
export interface TestServer {
  readonly name: 'Postgres' | 'Redis';
  /**
   * For Postgres, the URL of the maintenance database, from which databases are created and
   * dropped.
   */
  readonly url: string;
  readonly version: string;
  /** How it was found, for the report. */
  readonly origin: string;
  /** Ends a server that was started for the tests. A server that was running before stays. */
  stop(): Promise<void>;
}

/**
 * The result of each route: a server, or a short reason why there is none. An error counts as a
 * reason too.
 */
export type ServerRoutes = Readonly<Record<ServerRoute, () => Promise<TestServer | string>>>;
