// A process of ours under test: started on this Node, watched through its JSON log lines, ended with SIGTERM. Nothing
// here waits for a time to pass; everything waits for a line or for the end.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type LogLine = Record<string, unknown>;

export interface TestProcess {
  pid: number;
  /** The JSON lines on standard output so far. */
  lines(): LogLine[];
  /** Standard error, and what on standard output was not JSON. */
  output(): string;
  /**
   * The first line, past or coming, that satisfies `matches`; rejects when the process ends or a minute passes without
   * it.
   */
  line(matches: (line: LogLine) => boolean): Promise<LogLine>;
  /** Resolves as soon as `satisfied` is true of all lines so far; rejects like `line`. */
  until(satisfied: (lines: LogLine[]) => boolean): Promise<void>;
  /** Forgets the lines so far. */
  clear(): void;
  /** Sends a signal without waiting for its effect. */
  signal(signal: NodeJS.Signals): void;
  /** Sends it until the process has ended; signals that arrive together count as one. Returns as `exit`. */
  insist(signal: NodeJS.Signals): Promise<number | null>;
  /** The exit code once the process has ended; null when a signal ended it. */
  exit: Promise<number | null>;
  /** SIGINT, then the exit code: what a gateway does after SIGTERM for load balancers has tests of its own. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  /** Path of a TypeScript file, from the root of the repository. */
  script: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const patience = 60_000;

export function startProcess({ script, args = [], env = {} }: StartOptions): TestProcess {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let lines: LogLine[] = [];
  let other = '';
  let ended: string | undefined;
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watcher of watchers) watcher();
  };
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = parseLine(text);
    if (line) lines.push(line);
    else other += `${text}\n`;
    notify();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    other += text;
    notify();
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    // `close`, not `exit`: only then has all output arrived.
    child.on('close', (code, signal) => {
      ended = signal ?? `exit code ${code}`;
      resolve(code);
      notify();
    });
  });

  function until(satisfied: (lines: LogLine[]) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (why: string): Error =>
        new Error(
          `${script} ${args.join(' ')}: ${why}\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n${other}`,
        );
      const settle = (act: () => void): void => {
        watchers.delete(check);
        clearTimeout(timer);
        act();
      };
      const check = (): void => {
        if (satisfied(lines)) settle(resolve);
        else if (ended) settle(() => reject(failed(`ended (${ended}) before the line came.`)));
      };
      const timer = setTimeout(() => settle(() => reject(failed('the line did not come in a minute.'))), patience);
      watchers.add(check);
      check();
    });
  }

  return {
    pid: child.pid ?? 0,
    lines: () => [...lines],
    output: () => other,
    until,
    async line(matches) {
      await until((all) => all.some(matches));
      return lines.find(matches)!;
    },
    clear() {
      lines = [];
    },
    signal: (signal) => {
      child.kill(signal);
    },
    insist(signal) {
      const timer = setInterval(() => child.kill(signal), 100);
      return exit.finally(() => clearInterval(timer));
    },
    exit,
    stop() {
      if (!ended) child.kill('SIGINT');
      return exit;
    },
  };
}

function parseLine(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as LogLine) : undefined;
  } catch {
    // Not one of our log lines: stored as text.
    return undefined;
  }
}
