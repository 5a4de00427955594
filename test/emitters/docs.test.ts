import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { blocksOf, needsFramework, root } from '../../harness/doc-blocks.js';
import { type ModelServer, startModelServer } from '../../harness/models/model-server.js';
import { startNode } from '../../harness/processes.js';

const installed = join(import.meta.dirname, 'node_modules');
const inModules = (...path: string[]) => join(root, 'node_modules', ...path);
const examples = blocksOf('ts')
  .filter(needsFramework)
  .map((block, at) => ({ ...block, name: `example-${at}` }));

let dir = '';
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
  dir = await mkdtemp(join(tmpdir(), 'runfold-hooks-'));
  await mkdir(join(dir, 'node_modules'));
  for (const name of await readdir(installed)) {
    if (!name.startsWith('.'))
      await symlink(join(installed, name), join(dir, 'node_modules', name));
  }
  await rm(join(dir, 'node_modules/@types'), { force: true });
  await symlink(inModules('@types'), join(dir, 'node_modules/@types'));
  await symlink(root, join(dir, 'node_modules/runfold'));
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }');
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

/**
 * An example with the framework version that it is for, and without programs that are not installed
 * here.
 */
async function withInstalled(text: string): Promise<string> {
  if (text.includes('wrapLanguageModel')) {
    return text.replace("'ai'", "'ai-6'").replace("'@ai-sdk/openai'", "'ai-sdk-openai-3'");
  }
  // The types of Mastra do not fit the models of AI SDK 7.
  if (text.includes('@mastra/core')) return text.replace("'@ai-sdk/openai'", "'ai-sdk-openai-3'");
  const turns = join(dir, 'turns.json');
  const result = { type: 'result', subtype: 'success', is_error: false, total_cost_usd: 0 };
  await writeFile(turns, JSON.stringify([[{ type: 'system', subtype: 'init' }, result]]));
  const options = {
    pathToClaudeCodeExecutable: join(import.meta.dirname, 'fake-claude.mjs'),
    env: { PATH: process.env.PATH, FAKE_CLAUDE_TURNS: turns },
  };
  return text.replace('maxTurns: 5', JSON.stringify(options).slice(1, -1));
}

// Each example opens a store, and tsc reads the types of all frameworks.
vi.setConfig({ testTimeout: 120_000 });

describe('the examples of the documents that need a framework', () => {
  test('fit the types of the package and of the frameworks', async () => {
    for (const { name, text } of examples) {
      await writeFile(join(dir, `${name}.ts`), await withInstalled(text));
    }
    const settings = await readFile(join(root, 'tsconfig.json'), 'utf8');
    const { compilerOptions } = JSON.parse(settings);
    const emit = { noEmit: false, incremental: false, tsBuildInfoFile: undefined, outDir: 'built' };
    await writeFile(
      join(dir, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...emit }, include: ['*.ts'] }),
    );
    const { stdout } = await startNode([inModules('typescript/bin/tsc'), '-p', dir]).exit;
    expect(stdout).toBe('');
  });

  test.each(examples)('$place', async ({ name, text }) => {
    server.reset();
    server.plan({ text: 'Sunny.', usage: { input: 100, output: 20 } });
    const { code, stdout, stderr } = await startNode([join(dir, 'built', `${name}.js`)], {
      cwd: dir,
      env: {
        OPENAI_BASE_URL: `${server.url}/v1`,
        OPENAI_API_KEY: 'none',
        ANTHROPIC_BASE_URL: server.url,
        ANTHROPIC_API_KEY: 'none',
      },
    }).exit;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [, promised] = /^console\.log\(.*\); \/\/ ([\d. ]+)$/m.exec(text) ?? [];
    if (promised !== undefined) expect(stdout.trim()).toBe(promised);
    if (!text.includes('trackQuery')) expect(server.unused()).toBe(0);
  });

  test('are there for every hook', () => {
    const text = examples.map((example) => example.text).join('\n');
    for (const entry of [
      'ai-sdk',
      'openai',
      'anthropic',
      'langchain',
      'openai-agents',
      'mastra',
      'claude-agent-sdk',
    ]) {
      expect(text).toContain(`from 'runfold/${entry}'`);
    }
  });
});
