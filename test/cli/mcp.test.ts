import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, test } from 'vitest';
import { root } from '../../harness/doc-blocks.js';
import { startNode } from '../../harness/processes.js';
import { message, useWorkplace } from './command-line.js';

const main = join(root, 'dist/cli/main.js');
const work = useWorkplace();

test('runfold mcp answers on its standard output, which holds nothing else, and ends with its input', async () => {
  const sent = await work.run(['ingest', '--wait', '-'], {
    input: JSON.stringify(message('by-mcp')),
  });
  expect(sent.code, sent.stderr).toBe(0);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [main, 'mcp'],
      cwd: work.dir,
      stderr: 'pipe',
    }),
  );
  const { content } = await client.callTool({ name: 'run', arguments: { run_id: 'by-mcp' } });
  expect(content[0]).toMatchObject({ type: 'text', text: expect.stringContaining('"by-mcp"') });
  await client.close();

  const ended = await startNode([main, 'mcp'], { cwd: work.dir, input: '' }).exit;
  expect(ended).toMatchObject({ code: 0, stdout: '' });
  // A file ends too, but is never closed; all of its requests are answered, also the one without an end of its line.
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  const asked = { name: 'run', arguments: { run_id: 'by-mcp' } };
  const requests = [
    { jsonrpc: '2.0', id: 1, method: 'initialize', params },
    ...[2, 3].map((id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: asked })),
  ];
  const lines = requests.map((request) => JSON.stringify(request)).join('\n');
  await writeFile(join(work.dir, 'asked.jsonl'), lines);
  const shell = ['-c', '"$0" "$1" mcp < asked.jsonl', process.execPath, main];
  const { stdout } = await promisify(execFile)('sh', shell, { cwd: work.dir });
  const answers = stdout.trim().split('\n');
  const answered = answers.map((line) => JSON.parse(line)).sort((a, b) => a.id - b.id);
  expect(answered).toMatchObject([
    { id: 1, result: { serverInfo: { name: 'runfold' } } },
    { id: 2, result: { content } },
    { id: 3, result: { content } },
  ]);
});
