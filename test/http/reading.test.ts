import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import { readingFor } from '#runfold/http/server/reading-service.js';
import type { Service } from '#runfold/http/service/service.js';
import type { Database } from '#runfold/postgres/database.js';
import { readShardMap } from '#runfold/store/shards/open-shard-map.js';

test('requests share what the service knows of its store, and look once', async () => {
  const asked: string[] = [];
  const databaseThat = (name: string) =>
    ({
      query: async () => {
        asked.push(name);
        return [{ is_there: false }];
      },
    }) as unknown as Database;
  const service = {
    database: databaseThat('service'),
    readers: { reader: () => databaseThat('request') },
  } as unknown as Service;
  for (let request = 0; request < 3; request++) {
    const reply = { raw: new EventEmitter() } as unknown as FastifyReply;
    const { database } = readingFor(service, reply);
    expect(await readShardMap(database)).toMatchObject({ stripes: 1 });
  }
  expect(asked).toEqual(['service']);
});
