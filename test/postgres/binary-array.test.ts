import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isShortText } from '#runfold/events/limits.js';
import { putNumbers, putTexts, putUuids } from '#runfold/postgres/bind/binary-array.js';
import { type ByteArena, createArena } from '#runfold/postgres/bind/byte-arena.js';
import type { Database } from '#runfold/postgres/database.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

describeWithPostgres('an array in binary', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  /** Postgres's reading of an array, each element as a string. */
  const read = async (type: string, put: (arena: ByteArena) => void) => {
    // Small and not empty: an array must not depend on or change anything around it.
    const arena = createArena(1);
    arena.reserve(3);
    arena.at = 3;
    put(arena);
    const array = arena.written().subarray(3);
    return (
      await database.query<{ read: (string | null)[] }>(
        `select array(select element::text from unnest($1::${type}[]) with ordinality as e(element, place)
        order by place) as read`,
        [array],
      )
    )[0]?.read;
  };
  const listOf = <T>(element: fc.Arbitrary<T>) =>
    fc.array(fc.option(element, { freq: 3 }), { maxLength: 40 });

  test('of texts is read as it was written, whatever their characters', async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }).filter((text) => text === '' || isShortText(text)),
      fc.constantFrom('é', 'naïve', '日本語', '🦊', 'a\\b"c{d},e', 'null', ' '),
    );
    await fc.assert(
      fc.asyncProperty(listOf(texts), async (values) => {
        expect(await read('text', (arena) => putTexts(arena, values, { oid: 25 }))).toEqual(values);
      }),
      { numRuns: 200 },
    );
  });

  test('of UUIDs is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(listOf(fc.uuid()), async (values) => {
        expect(
          await read('uuid', (arena) => putUuids(arena, values, { oid: 2950, bytes: 16 })),
        ).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });

  test('of integers is read as it was written', async () => {
    const safe = fc.maxSafeInteger();
    await fc.assert(
      fc.asyncProperty(listOf(safe), async (values) => {
        const written = values.map((value) => (value === null ? null : String(value)));
        expect(
          await read('bigint', (arena) => putNumbers(arena, values, { oid: 20, bytes: 8 })),
        ).toEqual(written);
      }),
      { numRuns: 100 },
    );
  });

  test('of more rows than are written at once is read as it was written', async () => {
    // Three parts, the last of them not full, with nulls at their edges.
    const rows = Array.from({ length: 2_500 }, (_, row) => row);
    const isNull = (row: number) => row % 1_000 === 0 || row % 1_000 === 999;
    const texts = rows.map((row) => (isNull(row) ? null : row < 1_500 ? `t${row}` : `é${row}`));
    expect(await read('text', (arena) => putTexts(arena, texts, { oid: 25 }))).toEqual(texts);
    const uuids = rows.map((row) =>
      isNull(row) ? null : `0199e000-0000-7000-8000-${String(row).padStart(12, '0')}`,
    );
    expect(await read('uuid', (arena) => putUuids(arena, uuids, { oid: 2950, bytes: 16 }))).toEqual(
      uuids,
    );
    const numbers = rows.map((row) => (isNull(row) ? null : row * 4_294_967_297));
    expect(
      await read('bigint', (arena) => putNumbers(arena, numbers, { oid: 20, bytes: 8 })),
    ).toEqual(numbers.map((value) => (value === null ? null : String(value))));
  });
});
