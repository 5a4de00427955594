import { postgresRoutes } from './postgres-server.js';
import { redisRoutes } from './redis-server.js';
import {
  type ServerRoute,
  type ServerRoutes,
  serverRoutes,
  type TestServer,
} from './test-server.js';

/** A server, or the reason why there is none. */
export type ServerSearch =
  | { readonly server: TestServer }
  | { readonly server?: undefined; readonly missing: string };

/** Both searches, the line that reports them, and their end. */
export interface TestServers {
  readonly postgres: ServerSearch;
  readonly redis: ServerSearch;
  readonly report: string;
  stop(): Promise<void>;
}

function isRoute(name: string): name is ServerRoute {
  return (serverRoutes as readonly string[]).includes(name);
}

/** `RUNFOLD_TEST_SERVERS` limits the search to the named routes, in their order, separated by commas. */
function chosenRoutes(): readonly ServerRoute[] {
  const named = process.env.RUNFOLD_TEST_SERVERS;
  if (named === undefined || named === '') return serverRoutes;
  return named.split(',').map((name) => {
    if (isRoute(name)) return name;
    throw new Error(`RUNFOLD_TEST_SERVERS: Expected ${serverRoutes.join(', ')}, got ${name}`);
  });
}

async function search(routes: ServerRoutes, order: readonly ServerRoute[]): Promise<ServerSearch> {
  const reasons: string[] = [];
  for (const route of order) {
    try {
      const found = await routes[route]();
      if (typeof found !== 'string') return { server: found };
      reasons.push(found);
    } catch (error) {
      reasons.push(`${route}: ${error instanceof Error ? error.message : String(error)}`);
      // If a server is configured, only that one is used: another one would hide the mistake.
      if (route === 'environment') break;
    }
  }
  return { missing: reasons.join('; ') };
}

function describeSearch(name: string, found: ServerSearch): string {
  if (found.server === undefined) return `no ${name} (${found.missing})`;
  const { hostname, port } = new URL(found.server.url);
  const at = [decodeURIComponent(hostname), port].filter((part) => part !== '').join(':');
  return `${name} ${found.server.version} on ${at} (${found.server.origin})`;
}

/** Finds a Postgres and a Redis separately, each by the first route that works. */
export async function findServers(
  order: readonly ServerRoute[] = chosenRoutes(),
): Promise<TestServers> {
  const [postgres, redis] = await Promise.all([
    search(postgresRoutes, order),
    search(redisRoutes, order),
  ]);
  return {
    postgres,
    redis,
    report: `${describeSearch('Postgres', postgres)}, ${describeSearch('Redis', redis)}`,
    async stop() {
      await Promise.all([postgres.server?.stop(), redis.server?.stop()]);
    },
  };
}
