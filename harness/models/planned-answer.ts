/**
 * Tokens of an answer, with Runfold's meaning: the input includes the cache, the output its
 * reasoning.
 */
export interface PlannedUsage {
  readonly input: number;
  readonly cached?: number;
  readonly cache_write?: number;
  /** The part of `cache_write` that is kept for an hour. Only Anthropic reports it. */
  readonly cache_write_1h?: number;
  readonly output: number;
  readonly reasoning?: number;
  readonly input_audio?: number;
  readonly output_audio?: number;
}

/** A tool call that the model requests. */
export interface PlannedToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Defaults to a unique id. */
  readonly id?: string;
}

/** A reply of the model. */
export interface PlannedReply {
  readonly text?: string;
  readonly tool_calls?: readonly PlannedToolCall[];
  readonly usage?: PlannedUsage;
  /** The model named in the answer. Defaults to that of the request. */
  readonly model?: string;
  readonly service_tier?: string;
  /**
   * How a stream ends after its first text: `hold` sends nothing more until the client disconnects,
   * `error` sends an error of the API, `cut` closes the connection. Defaults to a complete stream.
   */
  readonly after_text?: 'hold' | 'error' | 'cut';
}

/** A response with an error status, in the shape of the API that was called. */
export interface PlannedFailure {
  readonly status: number;
  /** The `type` of the error. Defaults to the API's type for the status. */
  readonly type?: string;
  readonly message?: string;
}

export type PlannedAnswer = PlannedReply | PlannedFailure;

/** A reply with all fields of an API. */
export interface FullReply {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly tool_calls: readonly Required<PlannedToolCall>[];
  readonly usage: Required<PlannedUsage>;
  readonly service_tier: string | undefined;
  readonly after_text: PlannedReply['after_text'];
  /** Seconds since 1970. */
  readonly created: number;
}

/** One event of a stream. Without a name it has only data, as in chat completions. */
export interface StreamEvent {
  readonly name?: string;
  readonly data: unknown;
}

/** A model API: how it returns a reply as a whole or as a stream, and an error. */
export interface ModelApi {
  /** The suffix of the request's path. */
  readonly path: string;
  whole(reply: FullReply): unknown;
  /** The events up to the first text. */
  opening(reply: FullReply, request: ModelRequest): readonly StreamEvent[];
  /** The rest of the events. */
  closing(reply: FullReply, request: ModelRequest): readonly StreamEvent[];
  failure(failure: PlannedFailure): unknown;
  /** The event of a stream that ends with an error of the API. */
  streamFailure(reply: FullReply): StreamEvent;
  /** The data that ends the stream after the last event, if the API sends any. */
  readonly last?: string;
}

/** A received request. */
export interface ModelRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly model?: string;
    readonly stream?: boolean;
    readonly stream_options?: { readonly include_usage?: boolean } | null;
  };
}
