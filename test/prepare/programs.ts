// Preparation of the tests, second step: the programs that they run. Installs them where this process may (root on
// Debian), else prints the commands; `CONCIERGE_TEST_INSTALL=0` never installs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findProgram, installCommands, programs } from '../harness/programs.ts';

const missing = () => programs.map(({ name }) => name).filter((name) => findProgram(name) === null);

const mayInstall =
  process.env.CONCIERGE_TEST_INSTALL !== '0' && process.getuid?.() === 0 && existsSync('/etc/debian_version');

const names = missing();
if (names.length > 0 && mayInstall) {
  const install = ['install', '-y', '--no-install-recommends', ...names];
  console.log(`Missing: ${names.join(', ')}. Installing: apt-get ${install.join(' ')}`);
  aptGet(['update']);
  aptGet(install);
}

const left = missing();
if (left.length > 0) {
  console.error(`Missing: ${left.join(', ')}. Install them, or run \`npm run test:unit\`, which needs none of them.`);
  for (const line of installCommands(left)) console.error(`  ${line}`);
  process.exitCode = 1;
}

/** A failure here shows in what is still missing afterwards. */
function aptGet(args: readonly string[]): void {
  // Run level 1: a service that is installed is not started. The tests start Redis themselves, on sockets of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const { error } = spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (error) console.error(`apt-get ${args[0]}: ${error.message}`);
}
