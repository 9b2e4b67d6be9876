// Opens a page in the browser of this machine.
import { spawn } from 'node:child_process';
import { platform } from 'node:os';

/** @param url of a page of the gateway. */
export function openPage(url: string): void {
  const [program, ...args] = commands[platform()] ?? ['xdg-open'];
  const failed = () => console.log(`No browser could be started: open ${url} in one.`);
  console.log(`Opening ${url}`);
  const child = spawn(program as string, [...args, url], { stdio: 'ignore' });
  child.once('error', failed);
  child.once('exit', (code) => code && failed());
  child.unref();
}

const commands: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
