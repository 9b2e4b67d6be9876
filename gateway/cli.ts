#!/usr/bin/env node
// The `concierge` command. Exit codes: 0 fine, 1 something is wrong with what was asked for, 2 wrong usage.
import { Command, CommanderError } from 'commander';
import { compose } from './commands/compose.ts';
import { dev } from './commands/dev/dev.ts';
import { explain } from './commands/explain.ts';
import { print } from './commands/print.ts';
import { start } from './commands/start.ts';
import { ComposeError } from './compose/compose-error.ts';
import { ConfigError } from './config/mistakes.ts';
import { ListenError } from './server/http-server.ts';

const program = new Command('concierge')
  .description('One GraphQL endpoint in front of many services.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

const withConfig = (command: Command) =>
  command.option('-c, --config <file>', 'configuration file (default: gateway.config.ts; environment: CONFIG_PATH)');
const withAddress = (command: Command) =>
  withConfig(command)
    .option('-p, --port <port>', 'port to listen on (environment: PORT)')
    .option('--host <host>', 'address to listen on (environment: HOST)');

withAddress(program.command('start').description('serve the graph'))
  .option('--supergraph <file>', 'serve this Apollo Federation supergraph; needs no configuration file')
  .action(start);
withAddress(program.command('dev').description('serve the graph and the services beside it; restart what changes'))
  .option('--verbose', 'show what the services print')
  .action(dev);
withConfig(
  program
    .command('compose')
    .description('refresh the subgraph schemas from the running services, check them, and write the composed graph'),
)
  .option('--offline', 'use the schema files as they are; ask no service')
  .action(compose);
withConfig(
  program.command('explain').description('show how an operation is answered: the fetches, their order, their keys'),
)
  .argument('<file>', 'a GraphQL document, "-" for standard input')
  .option('-o, --operation <name>', 'the operation, where the document has several')
  .option('-v, --variables <json>', 'values for variables in @skip and @include', '{}')
  .option('-f, --format <format>', 'text, mermaid or json', 'text')
  .option('--supergraph <file>', 'explain over this supergraph')
  .action(explain);
withConfig(program.command('print').description('print the composed graph')).action(print);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const expected = error instanceof ConfigError || error instanceof ComposeError || error instanceof ListenError;
  console.error(expected ? error.message : error);
  return 1;
}
