import { describe, expect, test } from 'vitest';
import { startNode } from '../../harness/processes.js';

function startScript(script: string, env: Record<string, string> = {}) {
  return startNode(['--input-type=module', '--eval', script], { env });
}

describe('startNode', () => {
  test('collects both outputs and the exit code', async () => {
    const child = startScript("console.log('out'); console.error('err'); process.exitCode = 3;");
    const expected = { code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' };
    await expect(child.exit).resolves.toEqual(expected);
  });

  test('finds a line on either output, whether it was written before or after it is awaited', async () => {
    const child = startScript("console.error('listening on 4242'); setInterval(() => 0, 1000);");
    expect((await child.waitForLine(/listening on (\d+)/))[1]).toBe('4242');
    expect((await child.waitForLine(/listening/g))[0]).toBe('listening');
    child.kill('SIGKILL');
    expect((await child.exit).signal).toBe('SIGKILL');
  });

  test('fails with the output when the process ends without the line', async () => {
    const child = startScript("console.log('something else');");
    await expect(child.waitForLine(/ready/)).rejects.toThrow(
      /end of the process \(0\).*\nsomething else/,
    );
  });

  test('fails with the output at the deadline', async () => {
    const child = startScript("console.log('starting'); setInterval(() => 0, 1000);");
    await child.waitForLine(/starting/);
    await expect(child.waitForLine(/ready/, 10)).rejects.toThrow(/none in 10 ms.*\nstarting/);
    child.kill();
    await child.exit;
  });

  test('passes on no address and no setting but the given ones', async () => {
    process.env.RUNFOLD_LEAK = 'yes';
    try {
      const child = startScript('console.log(JSON.stringify(process.env));', {
        DATABASE_URL: 'postgres://given',
      });
      const environment: unknown = JSON.parse((await child.exit).stdout);
      expect(environment).toMatchObject({ DATABASE_URL: 'postgres://given' });
      expect(environment).not.toHaveProperty('RUNFOLD_LEAK');
      expect(environment).not.toHaveProperty('VITEST');
    } finally {
      delete process.env.RUNFOLD_LEAK;
    }
  });
});
