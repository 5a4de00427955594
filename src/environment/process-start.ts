import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * When a process started, as an opaque string. If two strings for a pid are equal, they mean the same process, so
 * a reused pid is not confused with its predecessor. `undefined` if there is no such process.
 * On Linux: field 22 of /proc/PID/stat (proc(5)); a zombie counts as gone. Elsewhere: `ps -o lstart=`.
 */
export async function getProcessStart(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? getLinuxStart(pid) : getPosixStart(pid);
}

async function getLinuxStart(pid: number): Promise<string | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses, and may contain spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  return state === 'Z' || state === 'X' ? undefined : fields[19];
}

async function getPosixStart(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
