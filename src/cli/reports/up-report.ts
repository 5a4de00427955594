import { toRedisAddress } from '../../environment/redis-url.js';
import type { HttpServer } from '../../http/server/open-http-server.js';
import type { Tier } from '../../tier.js';
import type { CommandContext } from '../command/command.js';

/** Says where everything is, and what to try next. */
export function introduce(
  { terminal, settings, io }: CommandContext,
  tier: Tier,
  port: number | undefined,
  http: HttpServer | undefined,
): void {
  const { bold, dim, cyan } = terminal.colors;
  const isEmbedded = tier.name === 'embedded';
  const queue =
    settings.redis_url === undefined
      ? 'on the same Postgres'
      : `on Redis (${toRedisAddress(settings.redis_url).shown})`;
  const flag = isEmbedded && settings.dir !== '.runfold' ? ` --dir ${settings.dir}` : '';
  const options = isEmbedded
    ? `{ dir: ${JSON.stringify(settings.dir)} }`
    : '{ database_url, redis_url }'.replace(
        settings.redis_url === undefined ? ', redis_url' : '',
        '',
      );
  const say = (label: string, text: string) => terminal.line(`  ${dim(label.padEnd(7))} ${text}`);
  terminal.line(bold('Runfold is up.'));
  say('store', isEmbedded ? `embedded Postgres in ${tier.place}` : `Postgres at ${tier.place}`);
  say('queue', queue);
  say('worker', 'in this process');
  if (http !== undefined) {
    if (http.has_page) say('page', cyan(http.url));
    say('http', `${cyan(http.url)}${dim(`  reference: ${http.url}/docs`)}`);
  }
  if (port !== undefined) say('psql', cyan(`psql -h 127.0.0.1 -p ${port} -U postgres postgres`));
  terminal.line();
  terminal.line('Emit from a program:');
  terminal.line(cyan(`  import { openRunfold } from 'runfold';`));
  terminal.line(cyan(`  const { producer, close } = await openRunfold(${options});`));
  terminal.line(
    cyan(
      `  producer.message({ run_id: 'run-1', role: 'assistant', metrics: { input_tokens: 120 } });`,
    ),
  );
  terminal.line(cyan('  await close();'));
  terminal.line('or from a file, and show the totals:');
  terminal.line(cyan(`  ${io.program} ingest events.ndjson${flag}`));
  terminal.line(cyan(`  ${io.program} runs list${flag}`));
  terminal.line();
  terminal.line(dim('Ctrl+C shuts it down gracefully.'));
}
