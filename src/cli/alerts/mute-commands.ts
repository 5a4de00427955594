import type { Command } from 'commander';
import { mostMuteMinutes, muteRule } from '../../alerts/mute.js';
import { createCommand, openContext } from '../command/command.js';
import { CommandFailedError } from '../command/command-error.js';
import { withTier } from '../command/with-tier.js';
import { readInteger } from '../options/number-option.js';
import { localTime } from '../output/format.js';

/** `runfold alerts mute` */
export function muteCommand(): Command {
  return createCommand({
    name: 'mute',
    summary: 'Send no notifications of a rule for some minutes',
    details:
      'The rule is still evaluated, and its history continues. When the mute ends, notifications are sent for values ' +
      'that are still firing.',
    examples: ['runfold alerts mute spend --minutes 120'],
  })
    .argument('<name>', 'the rule')
    .requiredOption('--minutes <number>', 'for how long: 1 to 43200')
    .option('--json', 'print the rule as JSON')
    .action(async (name: string, flags: { minutes: string; json?: boolean }, self: Command) => {
      const minutes = readInteger('--minutes', flags.minutes, { most: mostMuteMinutes });
      await setMute(self, 'runfold alerts mute', { name, minutes }, flags.json);
    });
}

/** `runfold alerts unmute` */
export function unmuteCommand(): Command {
  return createCommand({
    name: 'unmute',
    summary: 'End the mute of a rule',
    details:
      'Sends notifications for values that began to fire during the mute and are still firing.',
    examples: ['runfold alerts unmute spend'],
  })
    .argument('<name>', 'the rule')
    .option('--json', 'print the rule as JSON')
    .action(async (name: string, flags: { json?: boolean }, self: Command) => {
      await setMute(self, 'runfold alerts unmute', { name, minutes: 0 }, flags.json);
    });
}

async function setMute(
  self: Command,
  role: string,
  mute: { readonly name: string; readonly minutes: number },
  json = false,
): Promise<void> {
  const context = openContext(self, 'once');
  const { terminal, settings } = context;
  const rule = await withTier(context, role, ({ database }) =>
    muteRule(database, { ...mute, project: settings.project }),
  );
  if (rule === undefined) {
    throw new CommandFailedError(
      `There is no rule ${JSON.stringify(mute.name)} in project ${settings.project}. See "runfold alerts list".`,
    );
  }
  if (json) return terminal.json(rule);
  terminal.line(
    rule.muted_until === null
      ? `Rule ${rule.name} is no longer muted.`
      : `Rule ${rule.name} is muted until ${localTime(rule.muted_until)}.`,
  );
}
