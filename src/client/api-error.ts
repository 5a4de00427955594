import { RunfoldError } from '../environment/runfold-error.js';

/** The service responded with a problem (RFC 9457); `code` is its code. */
export class ApiError extends RunfoldError {
  constructor(
    readonly status: number,
    /** Stable, for programs: `not_found`, `unauthorized`, `queue_unavailable` and so on. */
    readonly code: string,
    message: string,
    /** The whole body, with `faults`, `session_ids` and other fields. */
    readonly problem: Readonly<Record<string, unknown>>,
    /** Seconds after which to retry; undefined if a retry would not help. */
    readonly retry_after: number | undefined,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** The error for a response. */
export async function readApiError(response: Response): Promise<ApiError> {
  const text = await response.text();
  const problem = parse(text);
  const code = typeof problem.code === 'string' ? problem.code : 'unexpected_answer';
  const detail =
    typeof problem.detail === 'string'
      ? problem.detail
      : `Expected a response of Runfold, got ${response.status} ${text.slice(0, 200)}`;
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(response.status, code, detail, problem, after >= 0 ? after : undefined);
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return {};
}
