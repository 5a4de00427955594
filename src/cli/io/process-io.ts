import { realpathSync } from 'node:fs';
import pc from 'picocolors';
import type { Io } from './io.js';
import { programName } from './program-name.js';

/** The streams, environment, folder and signals of this process. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    get program() {
      const main = realpathSync(process.argv[1] ?? '');
      return programName({ main, cwd: process.cwd(), path: process.env.PATH });
    },
    // picocolors reads FORCE_COLOR and NO_COLOR, and checks stdout.
    is_colored: pc.isColorSupported,
    exitCode: 0,
    locate: (name) => name,
    onSignal(listener) {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}
