/** What each command does, in a sentence: the list of commands is made from this. */
export const summaries = {
  demo: "Write a day of invented agents' work and check that the totals equal the log",
  up: 'Run everything in this process: store, migrations, worker and HTTP',
  worker: 'Fold events from the queue into the store until stopped',
  serve: 'Serve ingest and queries over HTTP until stopped',
  mcp: 'Let an agent ask what runs cost, over the Model Context Protocol on standard input and output',
  migrate: 'Bring the tables of store and queue up to date',
  status: 'Show the state of queue, workers and totals',
  doctor: 'Check the servers, their settings and the rights, and say what to change',
  ingest: 'Send events from a file, or from the logs of agents and gateways',
  watch: 'Read logs of agents as they grow, until stopped',
  daily: 'Show tokens and cost, one row per day',
  weekly: 'Show tokens and cost, one row per week from Monday',
  monthly: 'Show tokens and cost, one row per month',
  blocks: 'Show usage in blocks of five hours',
  statusline: "Print one line for an agent's own prompt: this session, today, this block",
  runs: 'List runs, and show what they used',
  sessions: 'List sessions, and show what their runs used',
  usage: 'Show usage over time',
  tools: 'Show the calls, failures and times of tools',
  top: 'Show the sessions, users, models, tools or agents with the most of a figure',
  labels: 'List the labels that events have, and their values',
  budgets: 'Limit usage, show what is left, and check before using more',
  alerts: 'Create alert rules, and show which fired',
  channels: 'Create, list and drop channels for notifications of alerts',
  prices: 'List, set and remove your own prices',
  reprice: 'Price messages again whose cost was not reported',
  rejects: 'List events that the worker could not store; retry or drop them',
  correct: 'Correct the figures of an event',
  void: 'Remove the figures of an event from every total',
  export: 'Write the log to a file, one JSON object per line',
  replay: 'Send an export through queue and worker again',
  verify: 'Check that the totals equal the fold of the log',
  rebuild: 'Recompute the totals from the log',
  shards: 'Divide a store into stripes, list and move them',
  replicate: 'Copy the log of a store into another one, and compare the two',
  projects: 'Create projects, which separate data',
  keys: 'Create, list and revoke keys of the HTTP service',
} as const;

/** A single command, or a group of commands. */
export type CommandName = keyof typeof summaries;

/** What follows the name in the list of commands. */
export function usageOf(name: CommandName): string {
  return usages[name] ?? '[options]';
}

const usages: { readonly [N in CommandName]?: string } = {
  ingest: '[options] [path...]',
  watch: '[options] [path...]',
  runs: '',
  sessions: '',
  top: '[options] <what>',
  labels: '',
  budgets: '',
  alerts: '',
  channels: '',
  prices: '',
  rejects: '',
  correct: '[options] <event>',
  void: '[options] <event>',
  export: '[options] <file>',
  replay: '[options] <file>',
  shards: '',
  projects: '',
  keys: '',
};
