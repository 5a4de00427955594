import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tablesWith } from '../../harness/find-text.js';
import { runCommand } from '../../harness/run-command.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTestTier, type TestTier } from '../../harness/tiers.js';
import { fixtures, logCases, logsAt } from './log-cases.js';

const canary = 'CANARY-31f8';

/** Fields whose strings are content, in any format. */
const contents = new Set(
  `text content thinking signature arguments input output prompt command message messages summary
  cwd gitBranch path file_path title result stdout stderr description instructions reasoning
  last_agent_message error_message error_str traceback query url aiTitle lastPrompt detail body
  displayName toolUseResult slug userType`.split(/\s+/),
);

/** A record with the canary in every content string, and in unknown fields. */
function spiked(value: unknown, isContent = false): unknown {
  if (typeof value === 'string') return isContent ? `${value} ${canary}` : value;
  if (Array.isArray(value)) return value.map((one) => spiked(one, isContent));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, of]) => [
    name,
    spiked(of, contents.has(name) && typeof of === 'string'),
  ]);
  return { ...Object.fromEntries(fields), nobody_knows_this: { more: [canary] } };
}

const lineOf = (line: string): string => {
  if (line.trim() === '') return line;
  try {
    return JSON.stringify(spiked(JSON.parse(line)));
  } catch {
    // The fixtures include lines that are not JSON.
    return `${line} ${canary}`;
  }
};

describeWithPostgres('the content of logs', () => {
  let home: TestTier;
  let dir = '';
  beforeAll(async () => {
    home = await openTestTier('postgres');
    dir = await mkdtemp(join(tmpdir(), 'runfold-canary-'));
  });
  afterAll(async () => {
    await home?.close();
    await rm(dir, { recursive: true, force: true });
  });

  test('is in no table and in no output, in whatever format and with whatever faults', async () => {
    const outputs: string[] = [];
    for (const [name, { format, path }] of logCases) {
      const folder = join(dir, name);
      for (const log of await logsAt(format, join(fixtures, path))) {
        const file = join(folder, log.path.slice(fixtures.length));
        const lines = (await readFile(log.path, 'utf8')).split('\n').map(lineOf);
        // Faults of every kind: invalid JSON, an invalid count, an invalid time.
        const first = lines.find((line) => line.includes('_tokens')) ?? '{}';
        lines.splice(
          -1,
          0,
          `"type":"assistant" ${canary}`,
          first.replace(/("\w*_tokens":)\d+/, `$1"${canary}"`),
          first.replace(/"(timestamp|endTime|created)":"[^"]*"/, `"$1":"${canary}"`),
        );
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, lines.join('\n'));
      }
      const args = ['ingest', folder, '--format', format, '--wait', '--faults', '100'];
      const done = await runCommand(args, { dir, env: home.env });
      outputs.push(done.stdout, done.stderr);
      const [, messages] = /(\d+) messages?/.exec(done.stdout) ?? [];
      expect({ name, messages: Number(messages) > 0 }).toEqual({ name, messages: true });
    }
    expect(outputs.join('\n')).toContain('expected');
    expect(outputs.filter((text) => text.includes(canary))).toEqual([]);
    expect(await tablesWith(home.tier.database, [canary])).toEqual([]);
  });
});
