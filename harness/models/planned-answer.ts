/** Tokens of an answer, in Runfold's meaning: the input includes the cache, the output its reasoning. */
export interface PlannedUsage {
  readonly input: number;
  readonly cached?: number;
  readonly cache_write?: number;
  /** Of `cache_write`, what is kept for an hour; only Anthropic reports it. */
  readonly cache_write_1h?: number;
  readonly output: number;
  readonly reasoning?: number;
  readonly input_audio?: number;
  readonly output_audio?: number;
}

/** A call of a tool that the model asks for. */
export interface PlannedToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Defaults to one that is unique to the server. */
  readonly id?: string;
}

/** What the model says. */
export interface PlannedReply {
  readonly text?: string;
  readonly tool_calls?: readonly PlannedToolCall[];
  readonly usage?: PlannedUsage;
  /** The model that the answer names. Defaults to that of the request. */
  readonly model?: string;
  readonly service_tier?: string;
  /**
   * How a stream ends after its first text: `hold` sends nothing more until the client leaves, `error`
   * sends an error of the API, `cut` closes the connection. Defaults to a proper end.
   */
  readonly after_text?: 'hold' | 'error' | 'cut';
}

/** A response with an error status, in the shape of the API that was called. */
export interface PlannedFailure {
  readonly status: number;
  /** The `type` of the error. Defaults to what the API sends with the status. */
  readonly type?: string;
  readonly message?: string;
}

export type PlannedAnswer = PlannedReply | PlannedFailure;

/** A reply with everything an API has to fill in. */
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

/** A model API: how it says a reply in one piece, as a stream, and an error. */
export interface ModelApi {
  /** How the path of a request ends. */
  readonly path: string;
  whole(reply: FullReply): unknown;
  /** The events up to the first text. */
  opening(reply: FullReply, request: ModelRequest): readonly StreamEvent[];
  /** The rest of the events. */
  closing(reply: FullReply, request: ModelRequest): readonly StreamEvent[];
  failure(failure: PlannedFailure): unknown;
  /** The event of a stream that breaks off with an error of the API. */
  streamFailure(reply: FullReply): StreamEvent;
  /** What ends the stream after the last event, if not its end. */
  readonly last?: string;
}

/** A request as it came. */
export interface ModelRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly model?: string;
    readonly stream?: boolean;
    readonly stream_options?: { readonly include_usage?: boolean } | null;
  };
}
