// Programs that tests run and npm does not install: a browser, Redis, Prometheus and HAProxy. Their files, and how each system
// installs them.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Program {
  /** Name of its Debian package. */
  name: 'chromium' | 'redis-server' | 'prometheus' | 'haproxy';
  /** Names that it has on the PATH. */
  commands: readonly string[];
  /** Paths where it is besides. */
  files: readonly string[];
  /** The environment variable that names its file, if there is one. */
  variable: string | null;
}

export const programs: readonly Program[] = [
  { name: 'redis-server', commands: ['redis-server'], files: [], variable: null },
  { name: 'prometheus', commands: ['prometheus'], files: [], variable: null },
  { name: 'haproxy', commands: ['haproxy'], files: [], variable: null },
  {
    name: 'chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    files: [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    variable: 'CHROMIUM_PATH',
  },
];

type Environment = Readonly<Record<string, string | undefined>>;

/** The program's file; null where it is not installed. */
export function findProgram(name: Program['name'], environment: Environment = process.env): string | null {
  const { commands, files, variable } = programs.find((program) => program.name === name)!;
  const chosen = variable === null ? undefined : environment[variable];
  if (chosen) return existsSync(chosen) ? chosen : null;
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...commands.flatMap((command) => folders.map((folder) => join(folder, command))), ...files];
  return candidates.find((file) => existsSync(file)) ?? null;
}

/** @throws Error with the way to install it. */
export function requireProgram(name: Program['name']): string {
  const file = findProgram(name);
  if (file === null) throw new Error(`${name} is not installed. \`npm test\` installs it or prints how.`);
  return file;
}

/** How to install programs, one line for each system. */
export function installCommands(names: readonly Program['name'][]): string[] {
  const formulas = {
    chromium: '--cask chromium',
    'redis-server': 'redis',
    prometheus: 'prometheus',
    haproxy: 'haproxy',
  };
  const brew = names.map((name) => `brew install ${formulas[name]}`);
  return [
    `Debian:  apt-get update && apt-get install -y --no-install-recommends ${names.join(' ')}`,
    `macOS:   ${brew.join(' && ')}`,
    'Windows: wsl --install -d Debian, then as on Debian (Redis has no release for Windows)',
  ];
}
