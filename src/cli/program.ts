import { Command } from 'commander';
import { readPackageVersion } from '../environment/package-files.js';
import { commandOutput } from './command/command.js';
import { addSettings, environmentHelp } from './command/settings.js';
import { correctCommand } from './commands/correct.js';
import { demoCommand } from './commands/demo.js';
import { exportCommand } from './commands/export.js';
import { ingestCommand } from './commands/ingest.js';
import { keysCommand } from './commands/keys.js';
import { migrateCommand } from './commands/migrate.js';
import { pricesCommand } from './commands/prices.js';
import { projectsCommand } from './commands/projects.js';
import { rebuildCommand } from './commands/rebuild.js';
import { rejectsCommand } from './commands/rejects.js';
import { replayCommand } from './commands/replay.js';
import { repriceCommand } from './commands/reprice.js';
import { runsCommand } from './commands/runs.js';
import { serveCommand } from './commands/serve.js';
import { sessionsCommand } from './commands/sessions.js';
import { toolsCommand } from './commands/tools.js';
import { topCommand } from './commands/top.js';
import { upCommand } from './commands/up.js';
import { usageCommand } from './commands/usage.js';
import { verifyCommand } from './commands/verify.js';
import { voidCommand } from './commands/void.js';
import { workerCommand } from './commands/worker.js';
import { giveIo, type Io } from './io/io.js';

/** The program with all its commands. */
export function createProgram(io: Io): Command {
  const program = new Command('runfold');
  giveIo(program, io);
  program
    .exitOverride()
    .description(
      'An event-sourced metrics store for AI agents: totals that always equal the fold of the log.',
    )
    .version(readPackageVersion(), '-V, --version', 'show the version')
    .helpCommand(false)
    .showHelpAfterError('(see "runfold --help")')
    .configureOutput(commandOutput(program));
  for (const command of [
    demoCommand(),
    upCommand(),
    workerCommand(),
    serveCommand(),
    migrateCommand(),
    ingestCommand(),
    runsCommand(),
    sessionsCommand(),
    usageCommand(),
    toolsCommand(),
    topCommand(),
    pricesCommand(),
    repriceCommand(),
    rejectsCommand(),
    correctCommand(),
    voidCommand(),
    exportCommand(),
    replayCommand(),
    verifyCommand(),
    rebuildCommand(),
    projectsCommand(),
    keysCommand(),
  ]) {
    program.addCommand(command);
  }
  addSettings(program);
  return program.addHelpText('after', () => `\n${notes}\n\n${environmentHelp(program)}`);
}

const notes = `Exit codes: 0 all went well, 1 the work or the check failed, 2 asked wrongly.
Start with "runfold demo"; "runfold <command> --help" has examples.`;
