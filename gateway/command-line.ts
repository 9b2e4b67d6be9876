// The commands of `concierge`, with their arguments and options. Exit codes: 0 success, 1 findings or failure, 2 wrong usage.
import { Command, CommanderError, Help, Option } from 'commander';
import { usageMessage } from './commands/usage-messages.ts';
import { version } from './config/version.ts';

/** The command that runs, for messages. */
let named = '';

const program = new Command('concierge')
  .description('One GraphQL endpoint in front of many services.')
  .version(version, '-V, --version', 'print the version')
  .exitOverride()
  .helpOption('-h, --help', 'print this help')
  .helpCommand('help [command]', 'print the help of a command')
  .addHelpText('after', '\nExit codes: 0 success, 1 findings or a failure, 2 wrong usage. See docs/commands.md.')
  // Without defaults that are nothing, and without quotes around the others.
  .configureHelp({
    optionDescription: (option) =>
      new Help()
        .optionDescription(option)
        .replace(/ \(default: (?:\[\]|""|"\{\}")\)/, '')
        .replace(/(?<=default: )"([^"]*)"/, '$1'),
    argumentDescription: (argument) =>
      new Help().argumentDescription(argument).replace(/(?<=default: )"([^"]*)"/, '$1'),
  })
  .configureOutput({ outputError: (text, write) => write(usageMessage(text, `concierge${named}`)) });

/** Loads a command's code when the command is run, so that `--help` and other commands start without it. */
function lazily<Arguments extends unknown[]>(
  load: () => Promise<(...args: Arguments) => Promise<void> | void>,
): (...args: Arguments) => Promise<void> {
  return async (...args) => (await load())(...args);
}

const withConfig = (command: Command) =>
  command
    .option('-c, --config <file>', 'configuration file (default: gateway.config.ts; environment: CONFIG_PATH)')
    .option('--env-file <file>', 'read environment variables from this file first');
const withOffline = (command: Command) =>
  withConfig(command).option(
    '--offline',
    'make no requests to services: of schemas with { introspect: true }, use the copies of the last start',
  );
const withAddress = (command: Command) =>
  withConfig(command)
    .option('-p, --port <port>', 'port to listen on (environment: PORT)')
    .option('--host <host>', 'address to listen on (environment: HOST)');

const collect = (value: string, values: string[]) => [...values, value];
const separated = (value: string, values: string[]) => [...values, ...value.split(',').map((one) => one.trim())];
program
  .command('init')
  .description(
    'write a new project: a gateway with a client, a test, a Dockerfile and CI, in front of an example service or of yours',
  )
  .argument('[folder]', 'the folder of the project; it overwrites no files', '.')
  .option('--from <url...>', 'put it in front of these running services: http://… or users=http://…')
  .option(
    '-H, --header <header>',
    "a header field for them, such as 'x-api-key: 123'; may be given several times",
    collect,
    [],
  )
  .option('--supergraph <file>', 'put it around this Apollo Federation supergraph')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/init/init.ts')).init));
withAddress(program.command('start').description('serve the graph'))
  .option('--supergraph <file>', 'serve this Apollo Federation supergraph; needs no configuration file')
  .option('--no-config', 'with --supergraph: no configuration file, also where the folder has one')
  .option('--single-process', 'serve in this process: without workers, restarts and reloads')
  .addOption(new Option('--supervised').hideHelp())
  .option('--development', 'accept tokens of `concierge token`, and allow signing in from GraphiQL on this machine')
  .option(
    '--allow-remote-sign-in',
    'with --development: any machine that can reach the gateway may sign in as any of its users',
  )
  .action(lazily(async () => (await import('./commands/start.ts')).start));
withAddress(program.command('dev').description('run the gateway with the services beside it; restart what changes'))
  .option('--verbose', 'show the output of the services')
  .option(
    '--allow-remote-sign-in',
    'any machine that can reach the gateway may sign in from GraphiQL as any of its users',
  )
  .action(lazily(async () => (await import('./commands/dev/dev.ts')).dev));
program
  .command('introspect')
  .description('print the schema of a running service: the SDL that it serves itself, or that of its introspection')
  .argument('<url>', "the service's endpoint, such as http://127.0.0.1:4001/graphql")
  .option('-H, --header <header>', "a header field, such as 'x-api-key: 123'; may be given several times", collect, [])
  .option('--json', 'the JSON of the introspection, in place of SDL')
  .option('-o, --output <file>', 'write it to this file')
  .action(lazily(async () => (await import('./commands/introspect.ts')).introspect));
program
  .command('import')
  .description('write the schema of a subgraph for operations of an OpenAPI document (3.0 or 3.1)')
  .argument('<file>', 'the OpenAPI document, as YAML or JSON; "-" for standard input')
  .option('--operation <ids>', 'operations, by their operationId, separated by commas', separated, [])
  .option('--tag <names>', 'all operations of these tags, separated by commas', separated, [])
  .option('--all', 'all operations')
  .option('--name <name>', "the source's name; by default, that of the document's title")
  .option('--url <url>', "the service's base URL; by default, that of the document's first server")
  .option('--depth <levels>', 'levels of objects in a response, at most', '8')
  .option('--json', 'output as JSON, with what was left out')
  .option('-o, --output <file>', 'write the schema to this file')
  .action(lazily(async () => (await import('./commands/import/import.ts')).importOpenApi));
withConfig(
  program
    .command('compose')
    .description('refresh the subgraph schemas from the running services, check them, and write the composed graph'),
)
  .option('--offline', 'use the schema files as they are; make no requests to services')
  .option('--write', 'add additions of the running services to the schema files')
  .option('--client <name>', 'write the SDL of the view of this client alone: web, web@1.4')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/compose.ts')).compose));
withOffline(
  program
    .command('explain')
    .description('show the plan of an operation: its fetches, their order, their keys; and its caching'),
)
  .argument(
    '<file>',
    'a GraphQL document, "-" for standard input; with --client, also a trusted document, by name or id',
  )
  .option('-o, --operation <name>', 'the operation, if the document has several')
  .option('-v, --variables <json>', 'values for variables in @skip and @include', '{}')
  .option('-f, --format <format>', 'text, mermaid or json', 'text')
  .option('--json', 'same as --format json')
  .option('--client <name>', 'plan in the view of this client, with a version or without: web, web@1.4')
  .option('--measure <n>', 'send it n times to a running gateway, and print percentiles for each fetch')
  .option('--url <url>', "with --measure: the gateway's URL; by default, on this machine, at the configured port")
  .option('-H, --header <header>', 'with --measure: a header field; may be given several times', collect, [])
  .option('--supergraph <file>', 'plan for this Apollo Federation supergraph')
  .option('--no-config', 'with --supergraph: no configuration file, also where the folder has one')
  .action(lazily(async () => (await import('./commands/explain.ts')).explain));
withOffline(
  program
    .command('cost')
    .description('show the estimated cost of an operation, what each field contributes, and the limits'),
)
  .argument(
    '<file>',
    'a GraphQL document, "-" for standard input; with --client, also a trusted document, by name or id',
  )
  .option('-o, --operation <name>', 'the operation, if the document has several')
  .option('-v, --variables <json>', 'values of its variables', '{}')
  .option('--client <name>', 'in the view of this client and with its limits, with a version or without: web, web@1.4')
  .option('--supergraph <file>', 'for this Apollo Federation supergraph')
  .option('--no-config', 'with --supergraph: no configuration file, also where the folder has one')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/cost.ts')).cost));
withOffline(program.command('print').description('print the composed graph'))
  .option('--client <name>', 'print the view of this client, with a version or without: web, web@1.4')
  .option('--directives', "print the definitions of the gateway's directives instead, for the services' tools")
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/print.ts')).print));
withConfig(program.command('token').description('print a development token, which `concierge dev` accepts'))
  .requiredOption('--sub <id>', 'the user that the token is for')
  .option('--scope <scopes>', 'scopes, separated by spaces', '')
  .option(
    '--role <role>',
    'a role; may be given several times',
    (role: string, roles: string[]) => [...roles, role],
    [],
  )
  .option('--expires <duration>', 'lifetime, such as 30m or 12h', '12h')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/token.ts')).token));
program
  .command('api-key')
  .description('print a new API key, and its hash for the configuration')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/api-key.ts')).apiKey));
withOffline(
  program
    .command('validate')
    .description('find all errors of the configuration, schemas, clients and documents at once; starts nothing'),
)
  .option('--supergraph <file>', 'validate with this Apollo Federation supergraph')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/validate/validate.ts')).validate));
withOffline(program.command('check').description('show the effects of a change of the graph on the clients'))
  .option('-s, --subgraph <name>', 'a subgraph that changes; may be given several times', collect, [])
  .option('--schema <file>', 'its new schema, "-" for standard input; one for each --subgraph', collect, [])
  .addOption(new Option('-f, --format <format>', 'output format').choices(['text', 'json', 'github']).default('text'))
  .option('--json', 'same as --format json')
  .option('--accepted <file>', 'file with accepted breaks (default: checks/accepted-breaks.yaml)')
  .option('--min-requests <n>', 'operations that clients requested less often break nothing, by recorded usage')
  .option('--within <days>', 'the period of --min-requests (default: 30d)')
  .action(lazily(async () => (await import('./commands/check.ts')).check));
withOffline(
  program
    .command('changelog')
    .description("print what has changed in the graph and in the clients' views, as Markdown"),
)
  .requiredOption('--from <state>', 'a git revision with the file of `graph`, such as v1.2; or a file of SDL')
  .option('--to <state>', "the same; by default, the graph of the configuration's files")
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/changelog/changelog.ts')).changelog));
withOffline(
  program.command('lint').description("hold the services' SDL against the rules of `lint` in the configuration"),
)
  .addOption(
    new Option('--rule <rules...>', 'these rules, with their defaults where `lint` does not have them').choices([
      'naming',
      'deprecation',
      'owners',
      'descriptions',
    ]),
  )
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/lint/lint.ts')).lint));
withOffline(program.command('documents').description("write the clients' trusted documents and their ids"))
  .option('--check', 'write nothing; exit code 1 where a file is not up to date, or a document can never be served')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/documents.ts')).documents));
withOffline(program.command('codegen').description("write the types and the SDK of each client's operations"))
  .option('--check', 'write nothing; exit code 1 where a file is not up to date')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/codegen/codegen.ts')).codegen));
withOffline(program.command('usage').description('show the clients that recently used an element of the graph'))
  .argument('[coordinate]', 'such as Product.rating; without one: the deprecated elements in use')
  .option('--client <name>', 'the coordinate has the names of the view of this client: web, web@1.4')
  .option('--keys', 'when each API key was last used')
  .option('--json', 'output as JSON')
  .action(lazily(async () => (await import('./commands/usage.ts')).usage));

/**
 * Runs a command. Its failure is written to standard error, and is the exit code of the process.
 * @param args those after `concierge`.
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  const command = program.commands.find((one) => one.name() === args[0]);
  named = command ? ` ${command.name()}` : '';
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = await report(error);
  }
}

async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { describeError } = await import('./commands/describe-error.ts');
  console.error(describeError(error));
  return 1;
}
