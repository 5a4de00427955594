/** The handler that LangChain calls. Pass it as one of the `callbacks` of any call. */
export interface RunfoldCallbacks {
  readonly name: 'runfold';
  /** Every event is recorded when a call returns. */
  readonly awaitHandlers: true;
  handleChainStart(chain: unknown, inputs: unknown, runId: string, ...rest: unknown[]): void;
  handleChainEnd(outputs: unknown, runId: string): void;
  handleChainError(error: unknown, runId: string): void;
  handleLLMStart(llm: unknown, prompts: unknown, runId: string, ...rest: unknown[]): void;
  handleChatModelStart(llm: unknown, messages: unknown, runId: string, ...rest: unknown[]): void;
  handleLLMNewToken(token: string, at: unknown, runId: string, ...rest: unknown[]): void;
  handleLLMEnd(output: unknown, runId: string, ...rest: unknown[]): void;
  handleLLMError(error: unknown, runId: string): void;
  handleToolStart(tool: unknown, input: unknown, runId: string, ...rest: unknown[]): void;
  handleToolEnd(output: unknown, runId: string): void;
  handleToolError(error: unknown, runId: string): void;
}
