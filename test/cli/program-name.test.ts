import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programName } from '#runfold/cli/io/program-name.js';

let root = '';
const at = (...names: string[]) => join(root, ...names);
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'runfold-name-')));
  for (const dir of [
    'clone/dist/cli',
    'clone/docs',
    'project/node_modules/.bin',
    'bin',
    'else/deep',
  ])
    await mkdir(at(dir), { recursive: true });
  for (const file of ['clone/dist/cli/main.js', 'project/node_modules/.bin/runfold', 'bin/runfold'])
    await writeFile(at(file), '');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const clone = () => at('clone/dist/cli/main.js');

test('in a clone and below it is npx runfold, also by npm run', () => {
  const path = [at('clone/node_modules/.bin'), at('empty')].join(delimiter);
  expect(programName({ main: clone(), cwd: at('clone'), path })).toBe('npx runfold');
  expect(programName({ main: clone(), cwd: at('clone/docs'), path: '' })).toBe('npx runfold');
});

test('in a project that installed it is npx runfold, though npm puts its folder into PATH', () => {
  const main = at('project/node_modules/runfold/dist/cli/main.js');
  const path = at('project/node_modules/.bin');
  expect(programName({ main, cwd: at('project'), path })).toBe('npx runfold');
});

test('is runfold where the terminal finds it', () => {
  const path = [at('clone'), at('bin')].join(delimiter);
  expect(programName({ main: clone(), cwd: at('else'), path })).toBe('runfold');
});

test('elsewhere is the file that Node runs', () => {
  const main = clone();
  expect(programName({ main, cwd: at('else'), path: undefined })).toBe(
    `node ${join('..', 'clone/dist/cli/main.js')}`,
  );
  expect(programName({ main, cwd: at('else/deep'), path: '' })).toBe(`node ${main}`);
  const cached = at('_npx/1a/node_modules/runfold/dist/cli/main.js');
  expect(programName({ main: cached, cwd: at('else'), path: '' })).toBe('npx runfold');
});
