import { execFileSync } from 'node:child_process';
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claudeCode } from '#runfold/ingest/formats/claude-code/claude-code.js';
import { findLogs } from '#runfold/logs/files/find-logs.js';
import { useLogStore } from '../../harness/log-store.js';
import { expectCase, fixtures, ingest, logCase, storedMessages } from './log-cases.js';

const session = 'claude-partials/projects/-w-shop/c1000001-0000-4000-8000-000000000001.jsonl';

/** The id of the user without rights. */
const nobody = 65_534;

describe('a folder of logs', () => {
  const work = useLogStore();
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'runfold-files-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  /** A folder with the files of `claude-partials`. */
  async function folder(name: string): Promise<string> {
    const dir = join(home, name);
    await cp(join(fixtures, 'claude-partials/projects'), dir, { recursive: true });
    return dir;
  }

  /** Reads a folder, and returns the reports about its files. */
  async function read(dir: string) {
    const store = await work.openProject();
    const found: string[] = [];
    const logs = await findLogs([{ path: dir, format: claudeCode }], (path, text) =>
      found.push(`${path.slice(dir.length + 1)}: ${text}`),
    );
    const { faults, counts } = await ingest(store, logs);
    const reported = faults.map(
      ({ path, line, text }) => `${path.slice(dir.length + 1)}:${line}: ${text}`,
    );
    return { store, counts, faults: [...found, ...reported] };
  }

  test('with a file in UTF-16, as PowerShell writes it: it is reported, the rest goes in', async () => {
    const dir = await folder('utf-16');
    const lines = await readFile(join(fixtures, session), 'utf8');
    for (const [name, mark] of [
      ['little.jsonl', [0xff, 0xfe]],
      ['big.jsonl', [0xfe, 0xff]],
    ] as const) {
      const text = Buffer.from(lines, 'utf16le');
      await writeFile(
        join(dir, name),
        Buffer.concat([Buffer.from(mark), name === 'big.jsonl' ? text.swap16() : text]),
      );
    }
    const { store, faults } = await read(dir);
    expect(faults.toSorted()).toEqual([
      'big.jsonl:0: expected UTF-8, got UTF-16',
      'little.jsonl:0: expected UTF-8, got UTF-16',
    ]);
    await expectCase(store, logCase('claude-partials'));
  });

  test('with a FIFO, a socket, a link to itself and a folder that leads back: each is reported, the rest goes in', async () => {
    const dir = await folder('odd');
    execFileSync('mkfifo', [join(dir, 'pipe.jsonl')]);
    const server = createServer().listen(join(dir, 'socket.jsonl'));
    await symlink(join(dir, 'self.jsonl'), join(dir, 'self.jsonl'));
    await symlink(dir, join(dir, 'back'));
    const { store, faults } = await read(dir);
    server.close();
    expect(faults).toEqual([
      'back: expected a folder, got a link to a folder above it',
      'pipe.jsonl: expected a file, got a FIFO',
      'self.jsonl: expected a file, got a link that leads to itself',
      'socket.jsonl: expected a file, got a socket',
    ]);
    await expectCase(store, logCase('claude-partials'));
  });

  test('with files that may not be read: each is reported', async () => {
    const dir = await folder('locked');
    await copyFile(join(fixtures, session), join(dir, 'locked.jsonl'));
    await chmod(join(dir, 'locked.jsonl'), 0);
    const isRoot = process.geteuid?.() === 0;
    await chmod(home, 0o755);
    // Root may read everything.
    if (isRoot) process.seteuid?.(nobody);
    try {
      const { store, faults } = await read(dir);
      expect(faults).toEqual(['locked.jsonl:0: expected a readable file, got no permission']);
      await expectCase(store, logCase('claude-partials'));
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  test('with a huge file without a line break: one fault, little memory, and the rest goes in', async () => {
    const dir = await folder('endless');
    const handle = await open(join(dir, 'endless.jsonl'), 'w');
    await handle.truncate(2 ** 29);
    await handle.close();
    const before = process.memoryUsage().rss;
    const { store, faults } = await read(dir);
    expect(faults).toEqual([
      'endless.jsonl:1: record: expected a line of at most 16777216 bytes, got a longer one',
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
    await expectCase(store, logCase('claude-partials'));
  });

  test('goes on behind a line that is too long, and does not read it again', async () => {
    const dir = join(home, 'long');
    await mkdir(dir);
    const file = join(dir, 'long.jsonl');
    await writeFile(file, 'x'.repeat(17 * 2 ** 20));
    const store = await work.openProject();
    const look = async () => {
      const logs = await findLogs([{ path: dir, format: claudeCode }], () => undefined);
      return await ingest(store, logs);
    };
    expect((await look()).faults).toHaveLength(1);
    const handle = await open(file, 'a');
    await handle.write('yyy\n');
    await handle.close();
    execFileSync('sh', ['-c', `cat "${join(fixtures, session)}" >> "${file}"`]);
    const { counts, faults } = await look();
    expect(faults).toEqual([]);
    expect(counts).toMatchObject({ messages: 3, tool_calls: 2 });
    expect(counts.bytes).toBeLessThan(2 ** 20);
  });

  test('reads a last line without a line break once its JSON is whole, and only once', async () => {
    const dir = join(home, 'last');
    await mkdir(dir);
    const file = join(dir, 'last.jsonl');
    const bytes = await readFile(join(fixtures, session));
    const store = await work.openProject();
    const look = async (content: Buffer) => {
      await writeFile(file, content);
      const logs = await findLogs([{ path: dir, format: claudeCode }], () => undefined);
      const { counts, faults } = await ingest(store, logs);
      const messages = await storedMessages(store);
      const output = messages.reduce((sum, one) => sum + Number(one.output_tokens), 0);
      return { ...counts, output, faults: faults.map(({ line }) => line) };
    };
    const lines = bytes.toString().split('\n').length - 1;
    // The last line is cut before its last brace, and before its line break.
    expect(await look(bytes.subarray(0, -2))).toMatchObject({ faults: [] });
    expect(await look(bytes.subarray(0, -1))).toMatchObject({ faults: [], output: 605 });
    expect(await look(bytes)).toMatchObject({ messages: 0, corrections: 0, bytes: 1, lines: 1 });
    const torn = Buffer.concat([bytes, Buffer.from('{"type":"assistant"\n')]);
    expect(await look(torn)).toMatchObject({ faults: [lines + 1], output: 605 });
  });

  test('with a file that shrinks while it is read: it is reported, and read anew the next time', async () => {
    const dir = await folder('shrinking');
    const file = join(dir, '-w-shop', session.split('/').at(-1) ?? '');
    const store = await work.openProject();
    const logs = () => findLogs([{ path: dir, format: claudeCode }], () => undefined);
    let isShrunk = false;
    const { faults } = await ingest(store, await logs(), {
      // Between the last chunk of the file and the check for its end.
      onChunk: () => {
        if (!isShrunk) execFileSync('truncate', ['-s', '100', file]);
        isShrunk = true;
      },
    });
    expect(faults.map(({ line, text }) => `${line}: ${text}`)).toEqual([
      '0: expected a file that grows, got one that shrank while it was read',
    ]);
    await copyFile(join(fixtures, session), file);
    await ingest(store, await logs());
    await expectCase(store, logCase('claude-partials'));
    await truncate(file, 0);
    await ingest(store, await logs());
    await expectCase(store, logCase('claude-partials'));
  });
});
