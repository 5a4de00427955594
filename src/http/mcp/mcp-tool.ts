import type { z } from 'zod';
import type { BudgetGate } from '../../budgets/budget-gate.js';
import type { Database } from '../../postgres/database.js';

/** The data of a tool: one project of a store. */
export interface ToolScope {
  readonly database: Database;
  readonly project: number;
  readonly budgets: BudgetGate;
}

/** The result of a tool: an object with lists that may be shortened from their end to make it fit. */
export interface ToolAnswer {
  readonly answer: Readonly<Record<string, unknown>>;
  /** The properties that are lists. The last one is shortened first. */
  readonly lists?: readonly string[];
}

/** A tool of the Model Context Protocol. All tools only read. */
export interface McpTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  read(scope: ToolScope, input: unknown): Promise<ToolAnswer>;
}

/** Declares a tool; `read` receives the arguments after its schema has checked them. */
export function defineTool<Input extends z.ZodObject>(
  tool: Omit<McpTool, 'input' | 'read'> & {
    readonly input: Input;
    read(scope: ToolScope, input: z.infer<Input>): Promise<ToolAnswer>;
  },
): McpTool {
  const { read, ...rest } = tool;
  return { ...rest, read: (scope, input) => read(scope, input as z.infer<Input>) };
}
