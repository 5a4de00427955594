import { expect, test } from 'vitest';
import { longestFirst } from '../../harness/longest-first.js';

test('files run project by project, and within a project those that take longest first', () => {
  const took: Readonly<Record<string, number>> = { a: 1, b: 9, c: 5, d: 7, e: 8 };
  const file = (moduleId: string, name: string) => ({ moduleId, project: { name } });
  const files = [
    file('a', 'inside'),
    file('b', 'inside'),
    file('c', 'process'),
    file('d', 'inside'),
    file('e', 'process'),
  ];
  const sorted = longestFirst(files, ['process', 'inside'], (name) => took[name] ?? 0);
  expect(sorted.map(({ moduleId }) => moduleId)).toEqual(['e', 'c', 'b', 'd', 'a']);
});
