import { type Spread, spreadOf } from '../harness/measure.js';
import type { BenchServers } from './bench-database.js';
import type { Subject } from './subjects.js';

/** How often a subject is measured, and how large. */
export interface Size {
  readonly runs: number;
  readonly events: number;
  readonly seconds: number;
}

/** A figure of all runs. */
export interface Figure extends Spread {
  readonly figure: string;
  readonly unit: string;
}

/** What is told while it is measured. */
export interface Progress {
  onRun?(run: number): void;
  onFigure?(figure: string, unit: string, value: number): void;
}

/** Measures a subject as often as asked, and returns its figures in the order in which they came. */
export async function measureSubject(
  servers: BenchServers,
  subject: Subject,
  { runs, events, seconds }: Size,
  { onRun, onFigure }: Progress = {},
): Promise<readonly Figure[]> {
  const figures = new Map<string, { figure: string; unit: string; values: number[] }>();
  for (let run = 1; run <= runs; run++) {
    onRun?.(run);
    const note = (figure: string, unit: string, value: number) => {
      const key = `${figure} ${unit}`;
      const taken = figures.get(key) ?? { figure, unit, values: [] };
      taken.values.push(value);
      figures.set(key, taken);
      onFigure?.(figure, unit, value);
    };
    await subject.run(servers, events, note, seconds);
  }
  return [...figures.values()].map(({ figure, unit, values }) => ({
    figure,
    unit,
    ...spreadOf(values),
  }));
}
