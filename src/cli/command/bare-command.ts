import { Command, type OutputConfiguration } from 'commander';
import { ioOf } from '../io/io.js';
import { printableLines } from '../output/printable.js';

/** A command that has only a name. */
export function bareCommand(name: string): Command {
  const command = new Command(name);
  return command
    .exitOverride()
    .helpCommand(false)
    .showHelpAfterError(`(see "runfold ${name} --help")`)
    .configureOutput(commandOutput(command));
}

/** Sends commander's own texts to the same streams as those of the command. */
export function commandOutput(command: Command): OutputConfiguration {
  return {
    writeOut: (text) => void ioOf(command).stdout.write(text),
    writeErr: (text) => void ioOf(command).stderr.write(text),
    outputError: (text, write) => write(printableLines(text)),
    getOutHelpWidth: () => ioOf(command).stdout.columns ?? 80,
    getErrHelpWidth: () => ioOf(command).stderr.columns ?? 80,
    getOutHasColors: () => ioOf(command).is_colored,
    getErrHasColors: () => ioOf(command).is_colored,
  };
}

/** A sentence as shown in the list of commands. */
export function asSummary(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
