import { readFileSync } from 'node:fs';

/** What a file of tests says when it starts processes, servers or whole tools. */
const marks =
  /startNode|startProgram|\.start\(|runProcess|node:child_process|guarded-server|server-process|playRound|openEmbeddedStore|harness\/browser/;

/** Whether the tests of a file start processes, beside those of the runner. */
export function startsProcesses(path: string): boolean {
  return marks.test(readFileSync(path, 'utf8'));
}
