import type { Command } from 'commander';
import {
  createChannel,
  dropChannel,
  listChannels,
  type NewChannel,
} from '../../alerts/channels.js';
import { InvalidAlertError } from '../../alerts/send/alert-errors.js';
import { secretKeyOf } from '../../alerts/send/secret-box.js';
import { reportChannels } from '../alerts/alert-report.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';
import { withStore, withTier } from '../command/with-tier.js';
import { repeatable } from '../options/repeatable-option.js';

/** `runfold channels` */
export function channelsCommand(): Command {
  return createCommandGroup('channels', [createChannelCommand(), listCommand(), dropCommand()]);
}

interface CreateFlags {
  readonly webhook?: string;
  readonly slack?: string;
  readonly email?: readonly string[];
  readonly json?: boolean;
}

function readChannel(name: string, { webhook, slack, email }: CreateFlags): NewChannel {
  const given: NewChannel[] = [
    ...(webhook === undefined ? [] : [{ kind: 'webhook' as const, name, url: webhook }]),
    ...(slack === undefined ? [] : [{ kind: 'slack' as const, name, url: slack }]),
    ...(email === undefined ? [] : [{ kind: 'email' as const, name, to: [...email] }]),
  ];
  const [one, other] = given;
  if (one !== undefined && other === undefined) return one;
  throw new UsageError('channels create: expected one of --webhook, --slack and --email.');
}

function createChannelCommand(): Command {
  return createCommand({
    name: 'create',
    summary: 'Create a channel',
    details:
      'Its address is encrypted with RUNFOLD_SECRET_KEY and never shown again. A webhook gets a signing secret, ' +
      'which is printed only once.',
    examples: [
      'runfold channels create ops --webhook https://example.com/hooks/runfold',
      'runfold channels create chat --slack https://hooks.slack.com/services/…',
      'runfold channels create mail --email ops@example.com',
    ],
  })
    .argument('<name>', 'lower-case letters, digits, or . _ - between them')
    .option('--webhook <url>', 'signed by the Standard Webhooks scheme')
    .option('--slack <url>', 'an incoming webhook of Slack, or of a compatible service')
    .addOption(repeatable('--email <address>', 'a recipient of mail'))
    .option('--json', 'print it as JSON, including the signing secret')
    .action(async (name: string, flags: CreateFlags, self: Command) => {
      const channel = readChannel(name, flags);
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const { secret_key, allowed_hosts } = settings.alerts;
      const key = secretKeyOf(secret_key);
      const given = { ...channel, project: settings.project, allowed_hosts };
      const made = await withTier(
        context,
        'runfold channels create',
        ({ database }) =>
          createChannel(database, key, given).catch((error) => {
            throw error instanceof InvalidAlertError ? new UsageError(error.message) : error;
          }),
        { may_create: true },
      );
      if (flags.json) return terminal.json(made);
      if (made.signing_secret !== undefined) {
        terminal.line(made.signing_secret);
        terminal.note('The receiver verifies signatures with this secret. It is not shown again.');
      } else terminal.line(`Channel ${made.name} sends to ${made.shown}.`);
    });
}

function listCommand(): Command {
  return createCommand({
    name: 'list',
    summary: 'List the channels of a project',
    examples: ['runfold channels list', 'runfold channels list --json'],
  })
    .option('--json', 'print { items } as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const items = await withStore(context, 'runfold channels list', ({ database }) =>
        listChannels(database, { project: settings.project }),
      );
      if (flags.json) return terminal.json({ items });
      if (items.length === 0) return terminal.line(terminal.colors.dim('No channels.'));
      reportChannels(terminal, items);
    });
}

function dropCommand(): Command {
  return createCommand({
    name: 'drop',
    summary: 'Drop a channel and its waiting deliveries',
    examples: ['runfold channels drop ops'],
  })
    .argument('<name>', 'the channel')
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const dropped = await withTier(context, 'runfold channels drop', ({ database }) =>
        dropChannel(database, { project: settings.project, name }),
      );
      if (dropped === undefined) {
        throw new CommandFailedError(
          `There is no channel ${JSON.stringify(name)} in project ${settings.project}. See "runfold channels list".`,
        );
      }
      if (flags.json) return terminal.json(dropped);
      terminal.line(`Channel ${dropped.name} is dropped.`);
    });
}
