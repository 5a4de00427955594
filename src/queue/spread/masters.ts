import type { Cluster, Redis } from 'ioredis';

/** Finds the server that holds each queue's keys now, as a string that changes with a failover. */
export type FindMasters = (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** Asks the servers themselves. @throws while it cannot be found out */
export function masterFinder(redis: Redis | Cluster): FindMasters {
  return 'nodes' in redis ? mastersOfCluster(redis) : masterOfOne(redis);
}

/** The id of the server process. It changes with a failover and with a restart. */
function masterOfOne(redis: Redis): FindMasters {
  return async (names) => {
    const [server, replication] = [await redis.info('server'), await redis.info('replication')];
    const id = /^run_id:(\w+)/m.exec(server)?.[1];
    // An old master that we are still connected to.
    if (id === undefined || !/^role:master/m.test(replication)) {
      // An idle producer would stay there, because nothing that it writes is refused.
      redis.disconnect(true);
      throw new Error('A replica responded instead of the master.');
    }
    return new Map(names.map((name) => [name, id]));
  };
}

/** The node that owns the slot of a queue, by the latest slot map. */
function mastersOfCluster(cluster: Cluster): FindMasters {
  const slots = new Map<string, number>();
  return async (names) => {
    for (const name of names) {
      if (!slots.has(name)) slots.set(name, Number(await cluster.cluster('KEYSLOT', name)));
    }
    await new Promise<void>((resolve, reject) =>
      cluster.refreshSlotsCache((error) => (error ? reject(error) : resolve())),
    );
    return new Map(
      names.map((name) => {
        const owner = cluster.slots[slots.get(name) ?? -1]?.[0];
        if (owner === undefined) throw new Error(`Expected a node with the slot of ${name}.`);
        return [name, owner];
      }),
    );
  };
}
