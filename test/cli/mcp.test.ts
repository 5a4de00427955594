import { execFile } from 'node:child_process';
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
  // A file ends too, but is never closed.
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  await work.write('asked.jsonl', [{ jsonrpc: '2.0', id: 1, method: 'initialize', params }]);
  const shell = ['-c', '"$0" "$1" mcp < asked.jsonl', process.execPath, main];
  const { stdout } = await promisify(execFile)('sh', shell, { cwd: work.dir });
  expect(JSON.parse(stdout)).toMatchObject({ id: 1, result: { serverInfo: { name: 'runfold' } } });
});
