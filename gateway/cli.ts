// The `concierge` command. Exit codes: 0 fine, 1 something is wrong with what was asked for, 2 wrong usage.
import { Command, CommanderError, Option } from 'commander';
import { ComposeError } from './compose/compose-error.ts';
import { ConfigError } from './config/config-error.ts';
import { DocumentsError } from './persisted-documents/documents-error.ts';
import { ListenError } from './server/listen-error.ts';

const program = new Command('concierge')
  .description('One GraphQL endpoint in front of many services.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

/** A command's code is loaded when it is asked for: nobody who wants help waits for a server. */
function when<Arguments extends unknown[]>(
  load: () => Promise<(...args: Arguments) => Promise<void> | void>,
): (...args: Arguments) => Promise<void> {
  return async (...args) => (await load())(...args);
}

const withConfig = (command: Command) =>
  command.option('-c, --config <file>', 'configuration file (default: gateway.config.ts; environment: CONFIG_PATH)');
const withAddress = (command: Command) =>
  withConfig(command)
    .option('-p, --port <port>', 'port to listen on (environment: PORT)')
    .option('--host <host>', 'address to listen on (environment: HOST)');

withAddress(program.command('start').description('serve the graph'))
  .option('--supergraph <file>', 'serve this Apollo Federation supergraph; needs no configuration file')
  .option('--no-config', 'with --supergraph: no configuration file, also where the folder has one')
  .option('--development', 'take tokens of `concierge token`, and let people on this machine sign in from GraphiQL')
  .option('--allow-remote-sign-in', 'with --development: whoever reaches the gateway may sign in as any of its users')
  .action(when(async () => (await import('./commands/start.ts')).start));
withAddress(program.command('dev').description('serve the graph and the services beside it; restart what changes'))
  .option('--verbose', 'show what the services print')
  .option('--allow-remote-sign-in', 'whoever reaches the gateway may sign in from GraphiQL as any of its users')
  .action(when(async () => (await import('./commands/dev/dev.ts')).dev));
withConfig(
  program
    .command('compose')
    .description('refresh the subgraph schemas from the running services, check them, and write the composed graph'),
)
  .option('--offline', 'use the schema files as they are; ask no service')
  .option('--write', 'add to the schema files what the running services have besides')
  .action(when(async () => (await import('./commands/compose.ts')).compose));
withConfig(
  program.command('explain').description('show how an operation is answered: the fetches, their order, their keys'),
)
  .argument('<file>', 'a GraphQL document, "-" for standard input')
  .option('-o, --operation <name>', 'the operation, where the document has several')
  .option('-v, --variables <json>', 'values for variables in @skip and @include', '{}')
  .option('-f, --format <format>', 'text, mermaid or json', 'text')
  .option('--supergraph <file>', 'explain over this supergraph')
  .option('--no-config', 'with --supergraph: no configuration file, also where the folder has one')
  .action(when(async () => (await import('./commands/explain.ts')).explain));
withConfig(program.command('print').description('print the composed graph')).action(
  when(async () => (await import('./commands/print.ts')).print),
);
withConfig(program.command('token').description('print a token to develop with; `concierge dev` takes it'))
  .requiredOption('--sub <id>', 'whose token it is')
  .option('--scope <scopes>', 'scopes, with spaces between them', '')
  .option(
    '--role <role>',
    'a role; may be given several times',
    (role: string, roles: string[]) => [...roles, role],
    [],
  )
  .option('--expires <duration>', 'how long it is good for, such as 30m or 12h', '12h')
  .action(when(async () => (await import('./commands/token.ts')).token));
program
  .command('api-key')
  .description('print a new API key, and its hash for the configuration')
  .action(when(async () => (await import('./commands/api-key.ts')).apiKey));
const severally = (value: string, values: string[]) => [...values, value];
withConfig(program.command('check').description('show what a change of the graph does to the clients'))
  .option('-s, --subgraph <name>', 'a subgraph that changes; may be given several times', severally, [])
  .option('--schema <file>', 'its new schema, "-" for standard input; one for each --subgraph', severally, [])
  .addOption(new Option('-f, --format <format>', 'how to say it').choices(['text', 'json', 'github']).default('text'))
  .option('--json', 'the same as --format json')
  .action(when(async () => (await import('./commands/check.ts')).check));
withConfig(program.command('documents').description("write the clients' trusted documents and their ids"))
  .option('--check', 'write nothing; exit code 1 where a file is not up to date')
  .action(when(async () => (await import('./commands/documents.ts')).documents));
withConfig(program.command('usage').description('show which clients asked for a part of the graph lately'))
  .argument('[coordinate]', 'such as Product.rating; without one: what is deprecated and still asked for')
  .option('--json', 'for machines')
  .action(when(async () => (await import('./commands/usage.ts')).usage));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const expected = [ConfigError, ComposeError, DocumentsError, ListenError].some((kind) => error instanceof kind);
  console.error(expected ? (error as Error).message : error);
  return 1;
}
