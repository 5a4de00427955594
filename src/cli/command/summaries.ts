/** What each command does, in a sentence: the list of commands is made from this. */
export const summaries = {
  demo: "Play a day of agents' work and check that the totals equal the log",
  up: 'Run everything in this process: store, migrations, worker and HTTP',
  worker: 'Fold events from the queue into the store until stopped',
  serve: 'Serve ingest and queries over HTTP until stopped',
  mcp: 'Let an agent ask what runs cost, by the Model Context Protocol on standard input and output',
  migrate: 'Bring the tables of store and queue up to date',
  status: 'Show how queue, workers and totals stand',
  doctor: 'Check the servers, their settings and the rights, and say what to change',
  ingest: 'Send events: a file of them, or the logs that agents and gateways leave behind',
  watch: 'Read logs of agents as they grow, until stopped',
  daily: 'Show tokens and cost, a row for each day',
  weekly: 'Show tokens and cost, a row for each week from Monday',
  monthly: 'Show tokens and cost, a row for each month',
  blocks: 'Show what was used in blocks of five hours',
  statusline: "Print one line for an agent's own prompt: this session, today, this block",
  runs: 'Look at runs and what they used',
  sessions: 'Look at sessions and what their runs used',
  usage: 'Show what was used over time',
  tools: 'Show the tools: calls, failures and how long they took',
  top: 'Show the sessions, users, models, tools or agents with the most of a figure',
  budgets: 'Limit what is used, look at what is left, and ask before using more',
  prices: 'Look at prices of your own, and set them',
  reprice: 'Price messages again whose cost was not reported',
  rejects: 'Look at events the worker could not take, and deal with them',
  correct: 'Give an event other figures than it was measured with',
  void: 'Take the figures of an event out of every total',
  export: 'Write the log to a file, one JSON object a line',
  replay: 'Send an export through queue and worker again',
  verify: 'Check that the totals equal the fold of the log',
  rebuild: 'Make the totals anew from the log',
  shards: 'Divide a store into stripes, and list them',
  replicate: 'Copy the log of a store into another one, and compare the two',
  projects: 'Make projects, which keep data apart',
  keys: 'Make, list and revoke keys of the HTTP service',
} as const;

/** A command that stands by itself, or a group of commands. */
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
  budgets: '',
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
