import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createOwnServer, type OwnServer } from './own-server.js';
import { findBinaries, freePort } from './server-binary.js';
import { waitUntil } from './wait-until.js';

/** One Redis of a group. */
export interface GroupNode extends OwnServer {
  readonly port: number;
  /** Its TLS port; 0 without TLS. */
  readonly tlsPort: number;
  /** Runs a command on it. */
  call(command: string, ...parameters: readonly (string | number)[]): Promise<unknown>;
}

/** Several Redis processes with failover: a cluster, or a master with replicas and sentinels. */
export interface RedisGroup {
  /** For `REDIS_URL`. */
  readonly url: string;
  readonly nodes: readonly GroupNode[];
  /** The sentinels, if it has any. */
  readonly others: readonly GroupNode[];
  /** The nodes that are masters now, among those that run. The sentinels know it too. */
  masters(): Promise<readonly GroupNode[]>;
  /**
   * Kills a master, or freezes it, and lets its replica take over a moment later. It does not wait
   * for the servers to notice: on a busy machine they take their time, or replace masters that live.
   */
  failOver(master: GroupNode, how?: 'kill' | 'freeze'): Promise<void>;
  /** A replica of a master, in step with it. */
  replicaOf(master: GroupNode): Promise<GroupNode>;
  /** Keeps a replica from replicating anything that its master writes from now on. */
  holdBack(replica: GroupNode, master: GroupNode): Promise<void>;
  /** Ends that. The replica follows the current master. */
  release(replica: GroupNode): Promise<void>;
  /** Starts the nodes that do not run, and waits until each master has a replica in step. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** A patience with which nodes are replaced by `failOver` only. */
export const neverOnTheirOwn = 600_000;

/** How the nodes are started. */
export interface GroupOptions {
  /** Additional lines of their configuration, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A folder with certificates. All nodes then also listen for TLS, and `url` uses it. */
  readonly certificates?: string;
  /** The password of the sentinels. Defaults to none. */
  readonly sentinelPassword?: string;
  /** Milliseconds after which a node that does not respond counts as dead. Defaults to 1,500. */
  readonly patience?: number;
}

/** Milliseconds without a master in `failOver`. */
const withoutMaster = 500;

/** A node of a cluster also listens for the other nodes on a port this much above its own. */
const busOffset = 10_000;

/** The folder of `redis-server`; undefined if it is not installed. */
export const groupBinaries = () => findBinaries(['redis-server']);

/** The password of the nodes. A replica with another one cannot connect. */
export const groupPassword = 'of-the-group';

/** Starts a cluster of three masters with one replica each. */
export async function openCluster(options: GroupOptions = {}): Promise<RedisGroup> {
  const { patience = 1_500 } = options;
  return openGroup(async (start) => {
    const nodes: GroupNode[] = [];
    const tlsPorts: number[] = [];
    for (let at = 0; at < 6; at++) {
      const tlsPort =
        options.certificates === undefined ? undefined : await freePort({ above: busOffset });
      if (tlsPort !== undefined) tlsPorts.push(tlsPort);
      nodes.push(
        await start({
          'cluster-enabled': 'yes',
          'cluster-node-timeout': String(patience),
          // A replica that was held back is promoted nevertheless.
          'cluster-replica-validity-factor': '0',
          ...tlsSettings(tlsPort, options.certificates ?? ''),
          ...(tlsPort === undefined ? {} : { 'tls-cluster': 'yes' }),
          ...options.settings,
        }),
      );
    }
    const masters = nodes.slice(0, 3);
    const [first] = nodes;
    for (const [at, master] of masters.entries()) {
      const [from, to] = [Math.ceil((at * 16_384) / 3), Math.ceil(((at + 1) * 16_384) / 3) - 1];
      await master.call('cluster', 'addslotsrange', from, to);
    }
    await waitUntil(
      async () => {
        const known = await Promise.all(
          nodes.map(async (node) => knownNodes(String(await node.call('cluster', 'nodes')))),
        );
        // A node forgets a meeting that takes longer than its patience, as on a busy machine.
        for (const [at, node] of nodes.entries()) {
          if (node === first || known[at] === nodes.length) continue;
          await node.call('cluster', 'meet', '127.0.0.1', tlsPorts[0] ?? first?.port ?? 0);
        }
        return known;
      },
      (known) => known.every((count) => count === nodes.length),
      { what: 'all nodes to know each other', intervalMs: 250 },
    );
    for (const [at, master] of masters.entries()) {
      const id = String(await master.call('cluster', 'myid'));
      await nodes[at + 3]?.call('cluster', 'replicate', id);
    }
    const ports = tlsPorts.length > 0 ? tlsPorts : nodes.map(({ port }) => port);
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
    const scheme = tlsPorts.length > 0 ? 'rediss' : 'redis';
    return {
      url: `${scheme}://:${groupPassword}@${hosts}?cluster=true`,
      nodes,
      promote: (replica) => replica.call('cluster', 'failover', 'takeover'),
      async isUp() {
        const infos = await Promise.all(nodes.map((node) => node.call('cluster', 'info')));
        return infos.every((info) => /cluster_state:ok/.test(String(info)));
      },
    };
  });
}

/** Starts a master with a replica, and three sentinels that call it `main`. */
export async function openSentinels(options: GroupOptions = {}): Promise<RedisGroup> {
  const { patience = 1_500, certificates, sentinelPassword } = options;
  const tls = async () =>
    tlsSettings(
      certificates === undefined ? undefined : await freePort({ above: busOffset }),
      certificates ?? '',
    );
  return openGroup(async (start, startSentinel) => {
    const master = await start({ ...(await tls()), ...options.settings });
    const replica = await start({ ...(await tls()), ...options.settings });
    const masterPort = master.tlsPort || master.port;
    await replica.call('replicaof', '127.0.0.1', masterPort);
    const sentinels: GroupNode[] = [];
    for (let at = 0; at < 3; at++) {
      sentinels.push(
        await startSentinel([
          ...linesOf(await tls()),
          ...(sentinelPassword === undefined ? [] : [`requirepass ${sentinelPassword}`]),
          `sentinel monitor main 127.0.0.1 ${masterPort} 2`,
          `sentinel auth-pass main ${groupPassword}`,
          `sentinel down-after-milliseconds main ${patience}`,
          'sentinel failover-timeout main 6000',
        ]),
      );
    }
    for (const sentinel of sentinels) await hurry(sentinel);
    const hosts = sentinels.map(({ port, tlsPort }) => `127.0.0.1:${tlsPort || port}`).join(',');
    const scheme = certificates === undefined ? 'redis' : 'rediss';
    const password = sentinelPassword === undefined ? '' : `&sentinel_password=${sentinelPassword}`;
    return {
      url: `${scheme}://:${groupPassword}@${hosts}?sentinel=main${password}`,
      nodes: [master, replica],
      others: sentinels,
      promote: () => sentinels[0]?.call('sentinel', 'failover', 'main') ?? Promise.resolve(),
      async leads(node) {
        const ports = await Promise.all(
          sentinels.map(async (one) => (await masterOf(one).catch(() => undefined))?.port),
        );
        return ports.every(
          (port) => port === undefined || [node.port, node.tlsPort].includes(port),
        );
      },
      async follow(node) {
        const { host, port } = await masterOf(sentinels[0]);
        // By itself a sentinel waits eight seconds before it corrects a master that was replaced.
        const isMaster = [node.port, node.tlsPort].includes(port);
        if (!isMaster) await node.call('replicaof', host, port);
      },
      async isUp() {
        const known = await Promise.all(
          sentinels.map(async (one) => flat(await one.call('sentinel', 'master', 'main'))),
        );
        return known.every(
          (facts) =>
            facts['num-slaves'] === '1' &&
            facts['num-other-sentinels'] === '2' &&
            facts.flags === 'master',
        );
      },
    };
  });
}

/** The master that a sentinel knows. */
async function masterOf(sentinel: GroupNode | undefined): Promise<{ host: string; port: number }> {
  const address = await sentinel?.call('sentinel', 'get-master-addr-by-name', 'main');
  if (!Array.isArray(address)) throw new Error(`Expected an address, got ${address}.`);
  return { host: String(address[0]), port: Number(address[1]) };
}

/**
 * Has a sentinel look more often than every ten seconds. By default it also does nothing for 30 seconds after two without a
 * processor. Before Redis 7 it has no such settings.
 */
async function hurry(sentinel: GroupNode): Promise<void> {
  const settings = { 'info-period': 1_000, 'publish-period': 500, 'tilt-trigger': 600_000 };
  for (const [name, value] of Object.entries(settings)) {
    await sentinel.call('sentinel', 'debug', name, value).catch(() => undefined);
  }
}

type Start = (settings: Readonly<Record<string, string>>) => Promise<GroupNode>;
type StartSentinel = (lines: readonly string[]) => Promise<GroupNode>;
interface Made {
  readonly url: string;
  readonly nodes: readonly GroupNode[];
  /** Processes that take no jobs. */
  readonly others?: readonly GroupNode[];
  /** Makes a replica the master. Rejects while the servers are not ready for it. */
  promote(replica: GroupNode): Promise<unknown>;
  /** Whether a master is known as one; by default it is. Until then a failover is not over, and would be undone. */
  leads?(master: GroupNode): Promise<boolean>;
  /** Makes a node follow the current master, if it does not do so by itself. */
  follow?(node: GroupNode): Promise<void>;
  /** Whether everything is running, except that replicas may still have to catch up. */
  isUp(): Promise<boolean>;
}

async function openGroup(
  make: (start: Start, startSentinel: StartSentinel) => Promise<Made>,
): Promise<RedisGroup> {
  const folder = mkdtempSync(join(tmpdir(), 'runfold-redis-group-'));
  const started: GroupNode[] = [];
  const start = async (lines: readonly string[], args: readonly string[]) => {
    const port = await freePort({ above: busOffset });
    const own = join(folder, String(port));
    mkdirSync(own);
    const file = join(own, 'redis.conf');
    // Sentinels and cluster nodes write their state into this folder.
    writeFileSync(file, [`port ${port}`, `dir ${own}`, 'bind 127.0.0.1', ...lines, ''].join('\n'));
    const tlsPort = Number(lines.find((line) => line.startsWith('tls-port '))?.slice(9) ?? 0);
    const password = lines.find((line) => line.startsWith('requirepass '))?.slice(12);
    const node = { ...createNode(port, own, [file, ...args], password), tlsPort };
    started.push(node);
    await node.start();
    return node;
  };
  const close = async () => {
    await Promise.all(started.map((node) => node.kill()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const {
      url,
      nodes,
      others = [],
      promote,
      leads = async () => true,
      follow,
      isUp,
    } = await make(
      (settings) => start(linesOf({ ...usual, ...settings }), []),
      (lines) => start(lines, ['--sentinel']),
    );
    const roles = async () =>
      Promise.all(
        nodes.map(async (node) => {
          const answer = await node.call('role').catch(() => []);
          const [role, , third, state] = Array.isArray(answer) ? answer : [];
          return { node, role: String(role), master: Number(third), state: String(state) };
        }),
      );
    const replicaOf = async (master: GroupNode, isInStep = true) => {
      const found = (await roles()).find(
        ({ role, master: port, state }) =>
          role === 'slave' &&
          [master.port, master.tlsPort].includes(port) &&
          (!isInStep || state === 'connected'),
      );
      if (found === undefined) throw new Error(`Expected a replica of ${master.port}, got none.`);
      return found.node;
    };
    const masters = async () => {
      const found = (await roles()).filter(({ role }) => role === 'master');
      const known = await Promise.all(found.map(({ node }) => leads(node)));
      return found.filter((_, at) => known[at]).map(({ node }) => node);
    };
    const heal = async () => {
      for (const node of [...nodes, ...others]) await node.start();
      for (const node of nodes)
        await again(() => node.call('config', 'set', 'masterauth', groupPassword));
      for (const node of nodes) await again(async () => follow?.(node));
      await waitUntil(
        async () => {
          const found = await masters();
          await Promise.all(found.map((master) => replicaOf(master)));
          return found.length * 2 === nodes.length && (await isUp());
        },
        Boolean,
        { what: 'each master to have a replica' },
      );
    };
    await heal();
    return {
      url,
      nodes,
      others,
      masters,
      async failOver(master, how = 'kill') {
        const replica = await replicaOf(master, false);
        if (how === 'kill') await master.kill();
        else master.freeze();
        await pause(withoutMaster);
        await waitUntil(
          async () => {
            // A sentinel refuses while it does not know the replica, or is at it already.
            await promote(replica).catch(() => undefined);
            return (await masters()).includes(replica);
          },
          Boolean,
          { what: `${replica.port} to take over`, intervalMs: 100 },
        );
      },
      replicaOf,
      async holdBack(replica, master) {
        await again(() => replica.call('config', 'set', 'masterauth', 'another'));
        await again(() => master.call('client', 'kill', 'type', 'replica'));
      },
      async release(replica) {
        await again(() => replica.call('config', 'set', 'masterauth', groupPassword));
      },
      heal,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Repeats a command that may be repeated: on a busy machine a connection may take longer than it is given. */
const again = (work: () => Promise<unknown>) =>
  waitUntil(() => work().then(() => true), Boolean, {
    what: 'a command to be taken',
    intervalMs: 100,
  });

const linesOf = (settings: Readonly<Record<string, string>>) =>
  Object.entries(settings).map(([name, value]) => `${name} ${value}`);

function tlsSettings(port: number | undefined, folder: string): Readonly<Record<string, string>> {
  if (port === undefined) return {};
  return {
    'tls-port': String(port),
    'tls-cert-file': join(folder, 'server.pem'),
    'tls-key-file': join(folder, 'server.key'),
    'tls-ca-cert-file': join(folder, 'ca.pem'),
    'tls-auth-clients': 'no',
    'tls-replication': 'yes',
  };
}

const usual = {
  save: '""',
  appendonly: 'yes',
  appendfsync: 'always',
  'maxmemory-policy': 'noeviction',
  requirepass: groupPassword,
  masterauth: groupPassword,
  'repl-diskless-sync-delay': '0',
};

function createNode(
  port: number,
  folder: string,
  args: readonly string[],
  password: string | undefined,
): Omit<GroupNode, 'tlsPort'> {
  const isSentinel = args.includes('--sentinel');
  const call: GroupNode['call'] = async (command, ...parameters) => {
    const redis = new Redis({
      port,
      ...(password === undefined ? {} : { password }),
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      connectTimeout: 2_000,
      commandTimeout: 5_000,
    });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await redis.call(command, ...parameters.map(String));
    } finally {
      redis.disconnect();
    }
  };
  const server = createOwnServer({
    name: isSentinel ? 'a sentinel' : 'Redis',
    command: join(groupBinaries() ?? '', 'redis-server'),
    folder,
    args: () => args,
    stopSignal: 'SIGTERM',
    reach: () => call('ping'),
  });
  return { ...server, port, call };
}

const knownNodes = (text: string) =>
  text.split('\n').filter((line) => / (master|myself,master) /.test(line)).length;

function flat(list: unknown): Record<string, string> {
  if (!Array.isArray(list)) return {};
  return Object.fromEntries(
    Array.from({ length: list.length / 2 }, (_, at) => [list[2 * at], String(list[2 * at + 1])]),
  );
}
