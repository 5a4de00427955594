import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../programs.js';

/** A request that an emitter sent. */
export interface CapturedRequest {
  readonly path: '/v1/traces' | '/v1/logs' | '/v1/metrics';
  readonly content_type: string;
  readonly content_encoding?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The bytes as they were sent, instead of `body`. */
  readonly body_base64?: string;
  /** Send it when the wait of its trace is over. */
  readonly after_wait?: boolean;
}

export type ExpectedRow = Readonly<Record<string, string | number | null>>;

/** What a real emitter sent, and what must come of it. */
export interface Capture {
  readonly name: string;
  readonly emitter: string;
  readonly note: string;
  readonly requests: readonly CapturedRequest[];
  readonly expected: {
    readonly runs: readonly ExpectedRow[];
    readonly sessions: readonly ExpectedRow[];
    readonly answers?: readonly {
      readonly status: number;
      readonly body: Record<string, unknown>;
    }[];
  };
}

const folder = join(packageFolder, 'test/otlp/captures');
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

/** Every capture, by name. */
export function readCaptures(): readonly Capture[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
    .map((file) => {
      const name = file.replace(/\.json$/, '');
      return { name, ...read(file), expected: read(`${name}.expected.json`) };
    });
}

/** Text that stands in the prompts, answers, arguments and error messages of the captures. */
export const canaries = ['CANARY-7f3a', 'Paris'] as const;
