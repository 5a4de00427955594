import { describe, expect, test } from 'vitest';
import { message, useStore, useWorkplace } from './command-line.js';

describe('runfold projects and keys', () => {
  const work = useWorkplace();
  useStore(work);

  test('make a project, and a key of it that is shown once', async () => {
    const made = await work.run(['projects', 'create', 'shop', '--json']);
    expect(made.code, made.stderr).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ id: 2, name: 'shop' });

    const key = await work.run([
      'keys',
      'create',
      '--project',
      '2',
      '--scope',
      'read',
      '--name',
      'a',
    ]);
    expect(key.code, key.stderr).toBe(0);
    expect(key.stdout).toMatch(/^rf_[0-9a-f]{16}_[\w-]{43}\n$/);
    expect(key.stderr).toContain('not shown again');
    expect(key.stderr).toMatch(/first key: .* RUNFOLD_METRICS_TOKEN for \/metrics/);
    const second = await work.run(['keys', 'create', '--scope', 'read']);
    expect(second.stderr).toContain('not shown again');
    expect(second.stderr).not.toContain('first key');

    const listed = await work.run(['keys', 'list', '--project', '2', '--json']);
    expect(listed.stdout).not.toContain(key.stdout.slice(20).trim());
    const [{ id }] = JSON.parse(listed.stdout).items;
    expect((await work.run(['keys', 'revoke', id])).stderr).toMatch(
      /^error: There is no key .* in project 1/,
    );
    const revoked = await work.run(['keys', 'revoke', id, '--project', '2']);
    expect(revoked.stdout).toBe(`Key ${id} is revoked.\n`);
    expect((await work.run(['keys', 'list', '--project', '2'])).stdout).toContain(id);
  });

  test('say what was asked wrongly', async () => {
    const scope = await work.run(['keys', 'create', '--scope', 'write']);
    expect(scope).toMatchObject({ code: 2 });
    expect(scope.stderr).toContain(
      '--scope: expected one of ingest, read, admin, operate, got write.',
    );
    expect(await work.run(['keys', 'create'])).toMatchObject({
      code: 2,
      stderr: 'error: --scope: expected one of ingest, read, admin, operate, got nothing.\n',
    });
    const unknown = await work.run(['keys', 'create', '--scope', 'read', '--project', '9']);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain('runfold projects create NAME --id 9');
  });

  test('list a number that events named, and name it later', async () => {
    const file = await work.write('seven.ndjson', [message('run-7')]);
    const sent = await work.run(['ingest', file, '--wait', '--project', '7']);
    expect(sent.code, sent.stderr).toBe(0);
    const hint = 'runfold projects create NAME --id 7';
    expect(sent.stderr).toContain(hint);
    expect((await work.run(['runs', 'list', '--project', '7'])).stderr).toContain(hint);
    const scopes = ['--scope', 'read', '--project', '7'];
    expect((await work.run(['keys', 'create', ...scopes])).stderr).toContain(hint);
    const list = async () =>
      JSON.parse((await work.run(['projects', 'list', '--json'])).stdout).items.at(-1);
    expect(await list()).toMatchObject({ id: 7, name: null, created_at: null });
    expect((await work.run(['projects', 'list'])).stdout).toMatch(/7 +not created/);
    expect((await work.run(['projects', 'create', 'seven', '--id', '7'])).code).toBe(0);
    expect(await list()).toMatchObject({ id: 7, name: 'seven' });
    expect((await work.run(['keys', 'create', ...scopes])).code).toBe(0);
  });
});
