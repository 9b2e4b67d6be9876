// The installed gateway as a process of its own, while something is done with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Runs `concierge start`, or `concierge dev`, in a folder that it is installed in.
 * @param use is given the URL of the endpoint.
 * @throws Error where the gateway ends before it listens, or writes to standard error.
 */
export async function withGateway(
  node: string,
  folder: string,
  use: (url: string) => Promise<void>,
  name: 'start' | 'dev' = 'start',
): Promise<void> {
  const command = join(folder, 'node_modules', 'concierge-gateway', 'dist', 'gateway', 'bin.js');
  const env = { ...process.env, NODE_OPTIONS: '', CONFIG_PATH: '', LOG_LEVEL: '', HOST: '', NODE_ENV: '' };
  const child = spawn(node, [command, name, '--port', '0'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  try {
    let listening: string | undefined;
    // The services that `dev` starts may come after the gateway: its card is printed when all of them respond.
    let isReady = name === 'start';
    for await (const line of createInterface(child.stdout)) {
      if (/Concierge.* is ready/.test(line)) isReady = true;
      else if (line.startsWith('{')) {
        const { msg, url } = JSON.parse(line) as { msg: string; url?: string };
        if (msg === 'listening') listening = url;
      }
      if (!isReady || listening === undefined) continue;
      await use(listening);
      break;
    }
  } finally {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
  }
  if (errors !== '' || child.exitCode !== 0) throw new Error(`The gateway ended with ${child.exitCode}: ${errors}`);
}
