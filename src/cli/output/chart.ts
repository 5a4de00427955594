const ticks = '▁▂▃▄▅▆▇█';
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Values as a line of ticks, from zero to the largest; zero is a space. Neighbours share a tick to fit. */
export function sparkline(values: readonly number[], width: number): string {
  const each = Math.max(1, Math.ceil(values.length / Math.max(1, width)));
  const means: number[] = [];
  for (let at = 0; at < values.length; at += each) {
    const some = values.slice(at, at + each);
    means.push(some.reduce((sum, value) => sum + Math.max(0, value), 0) / some.length);
  }
  const most = Math.max(...means);
  return means
    .map((mean) => (mean <= 0 ? ' ' : (ticks[Math.ceil((mean / most) * ticks.length) - 1] ?? ' ')))
    .join('');
}

/** A bar in proportion to the largest value, to an eighth of a character. */
export function bar(value: number, most: number, width: number): string {
  if (value <= 0 || most <= 0) return '';
  const size = Math.max(1, Math.round((value / most) * width * 8));
  return '█'.repeat(size >> 3) + (eighths[size & 7] ?? '');
}
