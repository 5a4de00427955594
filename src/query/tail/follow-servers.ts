import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../postgres/database.js';
import { isMoved } from '../../store/shards/on-shard.js';
import { readShardMap } from '../../store/shards/open-shard-map.js';
import type { ShardMap } from '../../store/shards/shard-map.js';
import { projectOf } from '../conditions.js';
import { readerOf, shardsByServer } from '../readers/readers.js';
import { decodeTailParts, encodeTailParts, type TailParts, type TailPoint } from './tail-cursor.js';
import { takeSnapshot } from './tail-snapshot.js';
import { checkPoint, giveStep, nextStep, type TailItem, type TailOptions } from './tail-step.js';

type Part = TailParts[number];

/** A snapshot that sees nothing. Transaction ids of one server mean nothing on another. */
const seesNothing = '3:3:';
/** How long the ids of events are known that were given, in microseconds. */
const knownMicros = 120_000_000;

/**
 * `followLog` of a store on several servers, one after the other. Events of one session are in order, those of two may
 * not be. When a stripe has moved, it is read again from its floor, without the events that this stream gave. A stream
 * that continues from a cursor does not know them: after a move it may repeat the last seconds.
 */
export async function* followServers(
  database: Database,
  options: TailOptions,
): AsyncGenerator<TailItem> {
  const { poll_ms = 250, signal } = options;
  const isEnded = () => signal?.aborted === true;
  const project = projectOf(options);
  const map = await readShardMap(database);
  const given = new Map<string, number>();
  let parts = await readStart(map, options, project);
  const cursor = () => encodeTailParts(project, parts);
  yield { kind: 'none', cursor: cursor() };
  while (!isEnded()) {
    for (let at = 0; at < parts.length && !isEnded(); at++) {
      const put = (point: TailPoint) => {
        parts = parts.map((part, place) => (place === at ? { ...part, point } : part));
      };
      const part = parts[at];
      if (part === undefined) break;
      try {
        const reader = readerAt(map, part);
        let { point } = part;
        if (point.step === undefined) {
          const step = await nextStep(reader, point);
          if (step !== undefined) point = { ...point, step };
        }
        const { step } = point;
        if (step === undefined) continue;
        const cursorOf = (reached: TailPoint) => {
          put(reached);
          return cursor();
        };
        for await (const item of giveStep(reader, point, step, options, cursorOf)) {
          if (item.kind === 'event') {
            const key = `${item.event.session_id} ${item.event.id}`;
            if (given.has(key)) continue;
            given.set(key, Date.parse(item.event.recorded_at) * 1000);
          }
          yield item;
        }
        if (isEnded()) return;
        put({ v: 1, project, from: step.to, floor: step.floor });
        for (const [key, us] of given) if (us < step.at - knownMicros) given.delete(key);
      } catch (error) {
        if (!isMoved(error)) throw error;
        await map.refresh();
        parts = movedParts(map, parts);
        at = -1;
      }
    }
    parts = joinedParts(parts);
    yield { kind: 'none', cursor: cursor() };
    await pause(poll_ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/**
 * The cursor that continues on the servers of a store that has been divided since a point. The log was empty then, so
 * everything on the servers is new.
 */
export async function cursorOnServers(database: Database, point: TailPoint): Promise<string> {
  const { stripes } = await readShardMap(database);
  const all = Array.from({ length: stripes }, (_, stripe) => stripe);
  return encodeTailParts(point.project, [{ place: 'one server', stripes: all, point }]);
}

async function readStart(
  map: ShardMap,
  { cursor, session_id }: TailOptions,
  project: number,
): Promise<Part[]> {
  await map.refresh();
  const servers = shardsByServer(map, { project, session_id });
  const now = await Promise.all(
    servers.map(async (shards): Promise<Part> => {
      const { snapshot, floor, at } = await takeSnapshot(readerOf(shards));
      return {
        place: shards[0]?.place ?? '',
        stripes: shards.map(({ stripe }) => stripe),
        point: { v: 1, project, from: snapshot, floor, step: { to: snapshot, floor, at } },
      };
    }),
  );
  const begun = now.map(({ point: { step: _, ...point }, ...part }) => ({ ...part, point }));
  if (cursor === undefined) return begun;
  const parts = movedParts(map, decodeTailParts(cursor, project));
  for (const { place, point } of parts) {
    const at = now.find((part) => part.place === place)?.point;
    if (at?.step !== undefined) {
      checkPoint(point, { snapshot: at.from, floor: at.floor, at: at.step.at });
    }
  }
  return parts;
}

/** The parts with each stripe where it is now. */
function movedParts(map: ShardMap, parts: readonly Part[]): Part[] {
  return parts.flatMap((part) => {
    const { place, point } = part;
    const known = part.stripes.filter((stripe) => stripe < map.stripes);
    const isHere = (stripe: number) => map.shardOf(stripe).place === place;
    const here = known.filter(isHere);
    const moved = known
      .filter((stripe) => !isHere(stripe))
      .map((stripe): Part => {
        const { project, floor } = point;
        return {
          place: map.shardOf(stripe).place,
          stripes: [stripe],
          point: { v: 1, project, from: seesNothing, floor },
        };
      });
    return here.length === 0 ? moved : [{ ...part, stripes: here }, ...moved];
  });
}

/** The parts with those on one server together, where they have come to the same point. */
function joinedParts(parts: readonly Part[]): Part[] {
  const joined = new Map<string, Part>();
  for (const part of parts) {
    const { place, point, stripes } = part;
    const key = JSON.stringify([place, point.from, point.step ?? null]);
    const known = joined.get(key);
    joined.set(
      key,
      known === undefined
        ? part
        : {
            place,
            stripes: [...known.stripes, ...stripes].sort((a, b) => a - b),
            point: { ...point, floor: Math.min(point.floor, known.point.floor) },
          },
    );
  }
  return [...joined.values()];
}

function readerAt(map: ShardMap, { stripes }: Part): Database {
  return readerOf(stripes.map((stripe) => map.shardOf(stripe)));
}
