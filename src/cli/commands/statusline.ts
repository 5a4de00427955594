import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { isRawObject } from '../../events/check/normalize-event.js';
import { usageBlocks } from '../../query/usage/usage-blocks.js';
import { createCommand, openContext } from '../command/command.js';
import { readInteger } from '../options/number-option.js';
import { readRange } from '../options/range-options.js';
import { costOf, count, duration } from '../output/format.js';
import { printable } from '../output/printable.js';

/** How far back the current block may begin. */
const blockMs = 3 * 86_400_000;

interface Flags {
  readonly key?: string;
  readonly timeout: string;
}

function readTimeout(text: string): number {
  return readInteger('--timeout', text, { most: 999_999, unit: 'milliseconds' });
}

/** `runfold statusline` */
export function statuslineCommand(): Command {
  return createCommand({
    name: 'statusline',
    details:
      'Reads from standard input the JSON that Claude Code passes to a status line, and asks a running ' +
      '"runfold up" over HTTP. If none is running or it is too slow, the line says so; the exit code is 0.',
    examples: ['runfold statusline < status.json'],
  })
    .option('--key <key>', 'the key of the service, if it needs one')
    .option('--timeout <ms>', 'how long the service may take, in milliseconds', '200')
    .action(async (flags: Flags, self: Command) => {
      const { terminal, settings, io } = openContext(self, 'once');
      const { http_host, http_port } = settings;
      const session = readSessionId(await text(io.stdin));
      // A prompt waits for this line.
      const signal = AbortSignal.timeout(readTimeout(flags.timeout));
      const get = async (path: string): Promise<Record<string, unknown> | undefined> => {
        const host = http_host.includes(':') ? `[${http_host}]` : http_host;
        const response = await fetch(`http://${host}:${http_port}${path}`, {
          signal,
          headers: flags.key === undefined ? {} : { authorization: `Bearer ${flags.key}` },
        });
        if (!response.ok) return undefined;
        const body: unknown = await response.json();
        return isRawObject(body) ? body : undefined;
      };
      try {
        terminal.line(printable(await statusLine(get, session)));
      } catch {
        // Not running, or too slow: a prompt must not fail, so the line says what is wrong.
        terminal.line('runfold: no service');
      }
    });
}

function readSessionId(input: string): string | undefined {
  try {
    const value: unknown = JSON.parse(input);
    return isRawObject(value) && typeof value.session_id === 'string'
      ? value.session_id
      : undefined;
  } catch {
    return undefined;
  }
}

type Get = (path: string) => Promise<Record<string, unknown> | undefined>;
type Row = Parameters<typeof usageBlocks>[0][number] & { readonly bucket_local: string | null };

async function statusLine(get: Get, session: string | undefined): Promise<string> {
  const { time_zone } = readRange({ since: '1d' });
  const now = Date.now();
  const query = new URLSearchParams({
    from: new Date(now - blockMs).toISOString(),
    bucket: '15m',
    time_zone,
    fill: 'false',
    quantiles: 'false',
  });
  const [found, usage] = await Promise.all([
    session === undefined ? undefined : get(`/v1/sessions/${encodeURIComponent(session)}`),
    get(`/v1/usage?${query}`),
  ]);
  const rows = (Array.isArray(usage?.rows) ? usage.rows : []) as Row[];
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone }).format(now);
  const today = rows.filter(({ bucket_local }) => bucket_local?.startsWith(day));
  const sumOf = (name: 'cost' | 'unpriced_messages') =>
    today.reduce((sum, row) => sum + (row[name] ?? 0), 0);
  const block = usageBlocks(rows, now).find(({ is_active }) => is_active);
  const own = isRawObject(found?.session) ? found.session : found;
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  return [
    ...(own === undefined
      ? []
      : [
          `session ${costOf({ cost: number(own.cost), unpriced_messages: number(own.unpriced_messages) })}, ${count(number(own.total_tokens))} tokens`,
        ]),
    `today ${costOf({ cost: sumOf('cost'), unpriced_messages: sumOf('unpriced_messages') })}`,
    ...(block === undefined
      ? []
      : [`block ${costOf(block)}, ${duration((Date.parse(block.end) - now) / 1000)} left`]),
  ].join(' · ');
}
