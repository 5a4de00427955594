/** A model: US dollars per million tokens, seconds and tokens per second, all merely plausible. */
export interface DemoModel {
  readonly name: string;
  readonly provider: string;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  /** Seconds until the first token. */
  readonly first: number;
  readonly tokensPerSecond: number;
  /** The share of output spent reasoning. */
  readonly reasoning: number;
}

/** A tool: its median seconds, how often it fails, and how. */
export interface DemoTool {
  readonly name: string;
  readonly seconds: number;
  readonly failures: number;
  readonly error: string;
}

/** An agent, and what its runs look like. */
export interface DemoAgent {
  readonly id: string;
  readonly name: string;
  readonly model: DemoModel;
  readonly tools: readonly [DemoTool, ...DemoTool[]];
  /** Tokens of its instructions, cached after the first request. */
  readonly instructions: number;
  /** The median tokens of an answer. */
  readonly answer: number;
  /** The maximum number of rounds of tool calls before the answer. */
  readonly rounds: number;
  readonly streams: boolean;
}

const sonnet: DemoModel = {
  name: 'claude-sonnet-4-5',
  provider: 'anthropic',
  input: 3,
  cached: 0.3,
  output: 15,
  first: 0.9,
  tokensPerSecond: 75,
  reasoning: 0,
};
const haiku: DemoModel = {
  name: 'claude-haiku-4-5',
  provider: 'anthropic',
  input: 1,
  cached: 0.1,
  output: 5,
  first: 0.45,
  tokensPerSecond: 150,
  reasoning: 0,
};
const gpt: DemoModel = {
  name: 'gpt-5',
  provider: 'openai',
  input: 1.25,
  cached: 0.125,
  output: 10,
  first: 2.4,
  tokensPerSecond: 90,
  reasoning: 0.6,
};
const gptMini: DemoModel = {
  name: 'gpt-5-mini',
  provider: 'openai',
  input: 0.25,
  cached: 0.025,
  output: 2,
  first: 0.8,
  tokensPerSecond: 140,
  reasoning: 0.35,
};
const flash: DemoModel = {
  name: 'gemini-2.5-flash',
  provider: 'google',
  input: 0.3,
  cached: 0.075,
  output: 2.5,
  first: 0.5,
  tokensPerSecond: 200,
  reasoning: 0.2,
};

const search: DemoTool = {
  name: 'web_search',
  seconds: 1.1,
  failures: 0.04,
  error: 'rate limited: try again in 20 s',
};
const fetchPage: DemoTool = {
  name: 'fetch_page',
  seconds: 0.8,
  failures: 0.09,
  error: '403 Forbidden',
};
const sql: DemoTool = {
  name: 'run_sql',
  seconds: 0.35,
  failures: 0.06,
  error: 'column "revenue" does not exist',
};
const orders: DemoTool = {
  name: 'lookup_order',
  seconds: 0.18,
  failures: 0.03,
  error: 'order not found',
};
const refund: DemoTool = {
  name: 'issue_refund',
  seconds: 0.6,
  failures: 0.05,
  error: 'payment provider timed out',
};
const shell: DemoTool = { name: 'run_tests', seconds: 9, failures: 0.22, error: '3 tests failed' };
const edit: DemoTool = {
  name: 'edit_file',
  seconds: 0.05,
  failures: 0.05,
  error: 'text to replace not found',
};
const notes: DemoTool = { name: 'save_note', seconds: 0.04, failures: 0.01, error: 'disk full' };

export const support: DemoAgent = {
  id: 'support',
  name: 'Support Desk',
  model: haiku,
  tools: [orders, refund],
  instructions: 1800,
  answer: 140,
  rounds: 2,
  streams: true,
};
export const coder: DemoAgent = {
  id: 'coder',
  name: 'Coder',
  model: sonnet,
  tools: [edit, shell, edit],
  instructions: 5200,
  answer: 420,
  rounds: 7,
  streams: true,
};
export const analyst: DemoAgent = {
  id: 'analyst',
  name: 'Analyst',
  model: gptMini,
  tools: [sql],
  instructions: 2600,
  answer: 260,
  rounds: 3,
  streams: false,
};
export const lead: DemoAgent = {
  id: 'research-lead',
  name: 'Research Lead',
  model: gpt,
  tools: [notes],
  instructions: 1500,
  answer: 650,
  rounds: 1,
  streams: true,
};
export const scout: DemoAgent = {
  id: 'web-scout',
  name: 'Web Scout',
  model: flash,
  tools: [search, fetchPage],
  instructions: 900,
  answer: 320,
  rounds: 4,
  streams: false,
};
export const checker: DemoAgent = {
  id: 'fact-checker',
  name: 'Fact Checker',
  model: gptMini,
  tools: [search],
  instructions: 700,
  answer: 180,
  rounds: 2,
  streams: false,
};
export const writer: DemoAgent = {
  id: 'writer',
  name: 'Writer',
  model: sonnet,
  tools: [notes],
  instructions: 1100,
  answer: 900,
  rounds: 1,
  streams: true,
};
