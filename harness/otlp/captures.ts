import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packageFolder } from '../programs.js';
import { decodeSpans } from './decode.js';

/** A request that an emitter sent. */
export interface CapturedRequest {
  readonly path: '/v1/traces' | '/v1/logs' | '/v1/metrics';
  readonly content_type: string;
  readonly content_encoding?: string;
  /** The body as JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The bytes as they were sent, for spans that were captured in protobuf. */
  readonly body_base64?: string;
  /** Send it when the wait of its trace is over. */
  readonly after_wait?: boolean;
}

export type ExpectedRow = Readonly<Record<string, string | number | null>>;

/** The requests of a real emitter, and the expected result. */
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

type WrittenRequest = Omit<CapturedRequest, 'body'> & Partial<Pick<CapturedRequest, 'body'>>;

/** A request from its file. The JSON of a body that is stored in bytes is read from these. */
function requestOf(written: WrittenRequest): CapturedRequest {
  const { body, body_base64, content_encoding } = written;
  if (body_base64 === undefined) return { ...written, body: body ?? {} };
  const sent = Buffer.from(body_base64, 'base64');
  return {
    ...written,
    body: decodeSpans(content_encoding === 'gzip' ? gunzipSync(sent) : sent),
  };
}

/** Every capture, by name. */
export function readCaptures(): readonly Capture[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
    .map((file) => {
      const name = file.replace(/\.json$/, '');
      const { requests, ...capture } = read(file);
      const expected = read(`${name}.expected.json`);
      return { name, ...capture, requests: requests.map(requestOf), expected };
    });
}

/** Strings in the prompts, answers, arguments and error messages of the captures. */
export const canaries = ['CANARY-7f3a', 'Paris'] as const;
