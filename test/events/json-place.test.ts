import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeJsonPlace, jsonPlace, noJsonLine } from '#runfold/events/json-place.js';

test.each([
  ['{"a": x}', 'something else at line 1, column 7'],
  ['{\n  "a": 1,\n}', 'something else at line 3, column 1'],
  ['{"a": 1', 'input that ends at line 1, column 8'],
  ['{"a": "b', 'input that ends at line 1, column 9'],
  ['{"a": "\\u12', 'input that ends at line 1, column 12'],
  ['{"a": "\\q"}', 'something else at line 1, column 9'],
  [
    '[{"a": 1},\n {"a": 1},\n {"a" 1}]',
    'something else at line 3, column 7, in item 3 of the array',
  ],
  ['[{"a": [1, 2', 'input that ends at line 1, column 13, in item 1 of the array'],
  ['{"a": 01}', 'something else at line 1, column 8'],
  ["{'a': 1}", 'something else at line 1, column 2'],
  ['{} {}', 'something else at line 1, column 4'],
  ['', 'input that ends at line 1, column 1'],
])('%j is said to be %s', (text, place) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(describeJsonPlace(text)).toBe(place);
});

test('a text that is cut off anywhere is said to end there', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
      const whole = JSON.stringify([value], null, 1);
      const text = whole.slice(0, cut % whole.length);
      const { at, is_cut_off } = jsonPlace(text);
      expect([is_cut_off, text.slice(at).trim()]).toEqual([true, '']);
    }),
  );
});

test('a character that JSON does not know is found where it stands, however long the text is', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.nat(), (values, cut) => {
      const whole = JSON.stringify(values);
      const at = cut % (whole.length + 1);
      const text = `${whole.slice(0, at)}\u0001${whole.slice(at)}`;
      const place = jsonPlace(text);
      expect(place.is_cut_off).toBe(false);
      expect(text.slice(place.at, at)).toMatch(/^[a-z]*$/);
    }),
  );
  const long = `["${'a\\n'.repeat(3_000_000)}", ${'[0],'.repeat(300_000)} x]`;
  expect(jsonPlace(long)).toMatchObject({ at: long.length - 2, item: 300_002 });
});

test('of a line only the column is said', () => {
  expect(noJsonLine('{"type":')).toEqual({
    field: '',
    expected: 'a line of JSON',
    got: '"{\\"type\\":", which is cut off at column 9',
  });
  expect(noJsonLine('type: run').got).toBe('"type: run", which is not JSON from column 1 on');
});
