// Opens a page in the browser of this machine.
import { spawn } from 'node:child_process';
import { platform } from 'node:os';

/** @param url of a page of the gateway. Prints it where there is no program that opens it. */
export function openPage(url: string): void {
  const [program, ...args] = commands[platform()] ?? ['xdg-open'];
  const child = spawn(program as string, [...args, url], { stdio: 'ignore' });
  child.once('error', () => console.log(`Open ${url} in a browser.`));
  child.unref();
}

const commands: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
