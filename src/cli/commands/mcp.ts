import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Command } from 'commander';
import { createBudgetGate } from '../../budgets/budget-gate.js';
import { readPackageVersion } from '../../environment/package-files.js';
import { createMcpServer } from '../../http/mcp/create-mcp-server.js';
import { openStdioTransport } from '../../http/mcp/stdio-transport.js';
import { createCommand, openContext } from '../command/command.js';
import { catchSignals } from '../command/signals.js';
import { withTier } from '../command/with-tier.js';

/** `runfold mcp` */
export function mcpCommand(): Command {
  return createCommand({
    name: 'mcp',
    details:
      'An agent starts this command as a child process and asks for usage, runs, sessions and the cost of a ' +
      'run. It only reads, and only the project of --project. It ends when its standard input has ended and every request is answered. The ' +
      'service of "runfold up" or "runfold serve" offers the same at /mcp, with its keys.',
    examples: [
      'claude mcp add runfold -- npx runfold mcp --dir ~/.runfold',
      'DATABASE_URL=postgres://… runfold mcp --project 2',
    ],
  }).action(async (_flags: object, self: Command) => {
    const context = openContext(self, 'once');
    const { io, log, settings } = context;
    const signals = catchSignals(context, { first: 'shutting down.', second: 'ended at once.' });
    try {
      await withTier(context, 'runfold mcp', async ({ database }) => {
        const budgets = createBudgetGate(database);
        const scope = { database, budgets, project: settings.project };
        const version = readPackageVersion();
        const { transport, answered } = openStdioTransport(io.stdin, io.stdout);
        const served = serveStdio(() => createMcpServer(scope, { log, version }), {
          transport,
          maxSubscriptions: 0,
          onerror: (error) => log.warn({ err: error }, 'MCP message refused'),
        });
        await Promise.race([answered, signals.received]);
        await served.close();
      });
    } finally {
      signals.release();
    }
  });
}
