import type { Command } from 'commander';
import { oneOfNames } from '../../events/check/nearest-name.js';
import {
  type ApiKey,
  createKey,
  hasKeys,
  type KeyScope,
  keyScopes,
  listKeys,
  revokeKey,
} from '../../store/api-keys.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';
import { withStore, withTier } from '../command/with-tier.js';
import { repeatable } from '../options/repeatable-option.js';
import { localTime } from '../output/format.js';
import { table } from '../output/table.js';

const firstKeyNote =
  'This is the first key: from now on the HTTP service needs a key for every request, and the token in ' +
  'RUNFOLD_METRICS_TOKEN for /metrics.';

/** `runfold keys` */
export function keysCommand(): Command {
  return createCommandGroup('keys', [createKeyCommand(), listCommand(), revokeCommand()]);
}

interface CreateFlags {
  readonly scope?: readonly string[];
  readonly name?: string;
  readonly json?: boolean;
}

function createKeyCommand(): Command {
  return createCommand({
    name: 'create',
    summary: 'Create a key for a project',
    details:
      'The key is shown only once: the store has only its hash. Once there is a key, the HTTP service ' +
      'admits nobody without one. A key gives access to its own project and no other.',
    examples: [
      'runfold keys create --name agents --scope ingest',
      'runfold keys create --project 1 --scope ingest --scope read --json',
    ],
  })
    .addOption(repeatable('--scope <scope>', `what it allows: ${keyScopes.join(', ')}`))
    .option('--name <name>', 'what the key is for, in words')
    .option('--json', 'print it as JSON, including the key')
    .action(async (flags: CreateFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const { name } = flags;
      const scopes = readScopes(flags.scope);
      const created = await withTier(
        context,
        'runfold keys create',
        async ({ database }) => {
          const isFirst = !(await hasKeys(database));
          const key = await createKey(database, { project: settings.project, scopes, name });
          if (isFirst && !flags.json) terminal.note(firstKeyNote);
          return key;
        },
        { may_create: true },
      );
      if (flags.json) return terminal.json(created);
      terminal.line(created.key);
      terminal.note(
        `Key for project ${created.project} with ${created.scopes.join(', ')}. Save it now: it is not shown again.`,
      );
    });
}

function readScopes(given: readonly string[] = []): KeyScope[] {
  const refused = (got?: string) =>
    new UsageError(`--scope: expected ${oneOfNames(keyScopes, got)}, got ${got ?? 'nothing'}.`);
  if (given.length === 0) throw refused();
  return given.map((name) => {
    const scope = keyScopes.find((one) => one === name);
    if (scope !== undefined) return scope;
    throw refused(name);
  });
}

function listCommand(): Command {
  return createCommand({
    name: 'list',
    summary: 'List the keys of a project',
    examples: ['runfold keys list', 'runfold keys list --project 2 --json'],
  })
    .option('--json', 'print { items } as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const items = await withStore(context, 'runfold keys list', ({ database }) =>
        listKeys(database, { project: settings.project }),
      );
      if (flags.json) return terminal.json({ items });
      if (items.length === 0) return terminal.line(terminal.colors.dim('No keys.'));
      const { dim } = terminal.colors;
      const time = (value: string | null) => (value === null ? '' : localTime(value));
      const columns = [
        { head: 'key', cell: (key: ApiKey) => key.id },
        { head: 'name', cell: (key: ApiKey) => key.name, least: 8 },
        { head: 'kind', cell: (key: ApiKey) => key.kind, drop: 3 },
        { head: 'scopes', cell: (key: ApiKey) => key.scopes.join(', ') },
        { head: 'created', cell: (key: ApiKey) => time(key.created_at), drop: 2, paint: dim },
        { head: 'last used', cell: (key: ApiKey) => time(key.last_used_at), drop: 1, paint: dim },
        { head: 'expires', cell: (key: ApiKey) => time(key.expires_at), drop: 4, paint: dim },
        { head: 'revoked', cell: (key: ApiKey) => time(key.revoked_at) },
      ];
      terminal.line(table(terminal, columns, items));
    });
}

function revokeCommand(): Command {
  return createCommand({
    name: 'revoke',
    summary: 'Revoke a key permanently',
    details: 'Running services stop accepting it within one second.',
    examples: ['runfold keys revoke 0f9c2b7a1d3e4c5b'],
  })
    .argument('<id>', 'the key, as "runfold keys list" shows it')
    .option('--json', 'print it as JSON')
    .action(async (id: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const revoked = await withTier(context, 'runfold keys revoke', ({ database }) =>
        revokeKey(database, { id, project: settings.project }),
      );
      if (revoked === undefined) {
        throw new CommandFailedError(
          `There is no key ${JSON.stringify(id)} in project ${settings.project}. See "runfold keys list".`,
        );
      }
      if (flags.json) return terminal.json(revoked);
      terminal.line(`Key ${revoked.id} is revoked.`);
    });
}
