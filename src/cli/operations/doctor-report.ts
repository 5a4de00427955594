import type { Check, CheckLevel } from '../../operations/doctor/check.js';
import type { Diagnosis } from '../../operations/doctor/doctor.js';
import { plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';

const titles: Readonly<Record<Check['area'], string>> = {
  runfold: 'Runfold',
  postgres: 'Postgres',
  redis: 'Redis',
  machine: 'This machine',
};

/** The findings by area; findings that need a change also say why and how. */
export function describeDiagnosis(
  { colors }: Terminal,
  { tier, place, checks, healthy }: Diagnosis & { readonly tier: string; readonly place: string },
): string[] {
  const { bold, dim, red, yellow, green, cyan } = colors;
  const marks: Readonly<Record<CheckLevel, string>> = {
    ok: green('✓'),
    advice: yellow('!'),
    problem: red('✗'),
    unknown: dim('?'),
  };
  const lines = [`${bold(place)} ${dim(`(${tier})`)}`];
  for (const [area, title] of Object.entries(titles)) {
    const found = checks.filter((check) => check.area === area);
    if (found.length === 0) continue;
    lines.push('', bold(title));
    const width = Math.max(...found.map(({ check }) => check.length));
    for (const { check, level, what, why, fix } of found) {
      lines.push(`  ${marks[level]} ${check.padEnd(width)}  ${printable(what)}`);
      if (why !== undefined) lines.push(`      ${printable(why)}`);
      if (fix !== undefined) lines.push(`      ${cyan(printable(fix))}`);
    }
  }
  const of = (level: CheckLevel) => checks.filter((check) => check.level === level).length;
  const [problems, advice] = [of('problem'), of('advice')];
  lines.push('');
  if (!healthy) lines.push(red(`${plural(problems, 'problem')}, ${advice} to consider.`));
  else
    lines.push(
      green(advice === 0 ? 'Nothing is wrong.' : `Nothing is wrong, ${advice} to consider.`),
    );
  return lines;
}
