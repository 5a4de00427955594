import { Command } from 'commander';
import { readBuildVersion } from '../environment/package-files.js';
import { asSummary, bareCommand, commandOutput } from './command/bare-command.js';
import { addSettings, allVariablesHelp, settingFlags } from './command/setting-flags.js';
import { type CommandName, summaries, usageOf } from './command/summaries.js';
import { giveIo, type Io } from './io/io.js';

/** Each command's code. It is loaded when the command is chosen, because driver, queue and store load slowly. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  demo: async () => (await import('./commands/demo.js')).demoCommand(),
  up: async () => (await import('./commands/up.js')).upCommand(),
  worker: async () => (await import('./commands/worker.js')).workerCommand(),
  serve: async () => (await import('./commands/serve.js')).serveCommand(),
  mcp: async () => (await import('./commands/mcp.js')).mcpCommand(),
  migrate: async () => (await import('./commands/migrate.js')).migrateCommand(),
  status: async () => (await import('./commands/status.js')).statusCommand(),
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand(),
  ingest: async () => (await import('./commands/ingest.js')).ingestCommand(),
  watch: async () => (await import('./commands/watch.js')).watchCommand(),
  daily: async () => (await import('./commands/periods.js')).periodCommand('daily'),
  weekly: async () => (await import('./commands/periods.js')).periodCommand('weekly'),
  monthly: async () => (await import('./commands/periods.js')).periodCommand('monthly'),
  blocks: async () => (await import('./commands/blocks.js')).blocksCommand(),
  statusline: async () => (await import('./commands/statusline.js')).statuslineCommand(),
  runs: async () => (await import('./commands/runs.js')).runsCommand(),
  sessions: async () => (await import('./commands/sessions.js')).sessionsCommand(),
  usage: async () => (await import('./commands/usage.js')).usageCommand(),
  tools: async () => (await import('./commands/tools.js')).toolsCommand(),
  top: async () => (await import('./commands/top.js')).topCommand(),
  labels: async () => (await import('./commands/labels.js')).labelsCommand(),
  budgets: async () => (await import('./commands/budgets.js')).budgetsCommand(),
  alerts: async () => (await import('./commands/alerts.js')).alertsCommand(),
  channels: async () => (await import('./commands/channels.js')).channelsCommand(),
  prices: async () => (await import('./commands/prices.js')).pricesCommand(),
  reprice: async () => (await import('./commands/reprice.js')).repriceCommand(),
  rejects: async () => (await import('./commands/rejects.js')).rejectsCommand(),
  correct: async () => (await import('./commands/correct.js')).correctCommand(),
  void: async () => (await import('./commands/void.js')).voidCommand(),
  export: async () => (await import('./commands/export.js')).exportCommand(),
  replay: async () => (await import('./commands/replay.js')).replayCommand(),
  verify: async () => (await import('./commands/verify.js')).verifyCommand(),
  rebuild: async () => (await import('./commands/rebuild.js')).rebuildCommand(),
  shards: async () => (await import('./commands/shards.js')).shardsCommand(),
  replicate: async () => (await import('./commands/replicate.js')).replicateCommand(),
  projects: async () => (await import('./commands/projects.js')).projectsCommand(),
  keys: async () => (await import('./commands/keys.js')).keysCommand(),
};

/**
 * The program. It has the name and summary of every command, and loads the rest only for the command
 * that `args` name; without `args`, for every command.
 */
export async function createProgram(io: Io, args?: readonly string[]): Promise<Command> {
  const program = new Command('runfold');
  giveIo(program, io);
  program
    .exitOverride()
    .description(
      'An event-sourced metrics store for AI agents: totals that always equal the fold of the log.',
    )
    .version(readBuildVersion(), '-V, --version', 'show the version')
    .helpCommand(false)
    .showHelpAfterError('(see "runfold --help")')
    .configureOutput(commandOutput(program))
    .configureHelp({
      subcommandTerm: (command) =>
        `${command.name()} ${usageOf(command.name() as CommandName)}`.trimEnd(),
    });
  const chosen = args === undefined ? undefined : firstWord(args);
  for (const [name, load] of Object.entries(commands)) {
    const isWanted = args === undefined || chosen === name;
    program.addCommand(isWanted ? await load() : namedOnly(name as CommandName));
  }
  addSettings(program);
  return program.addHelpText('after', () => `\n${notes}\n\n${allVariablesHelp(program)}`);
}

/** A command that is only shown in the list of commands. */
function namedOnly(name: CommandName): Command {
  return bareCommand(name).summary(asSummary(summaries[name]));
}

/** The first argument that is neither a flag of every command nor the value of one. */
function firstWord(args: readonly string[]): string | undefined {
  const flags = settingFlags.map(({ flag }) => flag.split(' ')[0]);
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (flags.includes(word)) at += 1;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}

const notes = `Exit codes: 0 all went well, 1 the work or the check failed, 2 usage error.
Start with "runfold demo"; "runfold <command> --help" has examples.`;
