import type { z } from 'zod';
import type { Database } from '../../postgres/database.js';

/** What a tool reads: one project of a store. */
export interface ToolScope {
  readonly database: Database;
  readonly project: number;
}

/** What a tool returns: an object of which some lists may be shortened from their end to make it fit. */
export interface ToolAnswer {
  readonly answer: Readonly<Record<string, unknown>>;
  /** Names of properties that are lists. The last named is shortened first. */
  readonly lists?: readonly string[];
}

/** A tool of the Model Context Protocol. Every one only reads. */
export interface McpTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  read(scope: ToolScope, input: unknown): Promise<ToolAnswer>;
}

/** Declares a tool; `read` is called with what its schema makes of the arguments. */
export function defineTool<Input extends z.ZodObject>(
  tool: Omit<McpTool, 'input' | 'read'> & {
    readonly input: Input;
    read(scope: ToolScope, input: z.infer<Input>): Promise<ToolAnswer>;
  },
): McpTool {
  const { read, ...rest } = tool;
  return { ...rest, read: (scope, input) => read(scope, input as z.infer<Input>) };
}
