import { readFileSync } from 'node:fs';

/** Expressions in a test file that starts processes, servers or whole tools. */
const marks =
  /startNode|startProgram|startChild|\.start\(|runProcess|node:child_process|guarded-server|server-process|playRound|openEmbeddedStore|harness\/browser/;

/** Whether the tests of a file start processes besides the runner's. */
export function startsProcesses(path: string): boolean {
  return marks.test(readFileSync(path, 'utf8'));
}
