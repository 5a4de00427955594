import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byBytes } from '#runfold/query/readers/orders.js';

test('strings have the order of their bytes in UTF-8, beyond the Basic Multilingual Plane too', () => {
  // Its greatest characters are less than those of other planes, whose surrogates are less than they are.
  const character = fc.constantFrom(
    '',
    'a',
    'b',
    'é',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '🦆',
    '\u{10ffff}',
  );
  const text = fc.oneof(
    fc.array(character, { maxLength: 4 }).map((all) => all.join('')),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(byBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2_000 },
  );
});
