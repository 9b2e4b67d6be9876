// `concierge` to its end, in this process: a process of its own loads and compiles the gateway for a second, and is for
// what only a process shows, such as signals and standard input.
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { runCommand } from '../../gateway/command-line.ts';
import { plainEnvironment, root } from './gateway.ts';

export interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** The folder that it runs in; the root of the repository by default. */
  folder?: string;
  /** Environment variables besides those of this process. */
  env?: Readonly<Record<string, string>>;
}

/**
 * Runs a command, after those before it: a process has one working folder and one output. Modules of a folder, such as
 * its configuration, are loaded once: a test that changes one takes a process for each run, or a folder.
 */
export async function runConcierge(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const { code, written } = await run(args, options);
  const of = (name: Stream) => written.map((chunk) => (chunk.name === name ? chunk.text : '')).join('');
  return { status: code, stdout: of('stdout'), stderr: of('stderr') };
}

/** The same; the output is what a terminal shows. */
export async function outcomeOf(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<{ code: number; output: string }> {
  const { code, written } = await run(args, options);
  return { code, output: written.map(({ text }) => text).join('') };
}

type Stream = 'stdout' | 'stderr';
type Written = { name: Stream; text: string }[];

let previous: Promise<unknown> = Promise.resolve();

function run(args: readonly string[], options: CommandOptions): Promise<{ code: number; written: Written }> {
  const running = previous.then(() => runNow(args, options));
  previous = running.catch(() => {});
  return running;
}

async function runNow(args: readonly string[], { folder = root, env = {} }: CommandOptions) {
  const written: Written = [];
  const into = (name: Stream) =>
    new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _encoding, done) {
        written.push({ name, text: String(chunk) });
        done();
      },
    });
  const [stdout, stderr] = [into('stdout'), into('stderr')];
  const undo = [
    replaced(process, 'exitCode', undefined),
    replaced(process.stdout, 'write', stdout.write.bind(stdout) as typeof process.stdout.write),
    replaced(process.stderr, 'write', stderr.write.bind(stderr) as typeof process.stderr.write),
    replaced(globalThis, 'console', new Console({ stdout, stderr })),
    withVariables({ ...plainEnvironment, ...env }),
    inFolder(folder),
  ];
  try {
    await runCommand(args);
    return { code: Number(process.exitCode ?? 0), written };
  } finally {
    for (const one of undo.reverse()) one();
  }
}

function replaced<Of extends object, Name extends keyof Of>(owner: Of, name: Name, value: Of[Name]): () => void {
  const before = owner[name];
  owner[name] = value;
  return () => {
    owner[name] = before;
  };
}

function withVariables(variables: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(process.env)) if (!Object.hasOwn(before, name)) delete process.env[name];
    Object.assign(process.env, before);
  };
}

function inFolder(folder: string): () => void {
  const before = process.cwd();
  process.chdir(folder);
  return () => process.chdir(before);
}
