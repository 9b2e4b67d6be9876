// The real browser that tests look at pages with.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Whether there is one; says so where there is none.
 * @throws Error where there is none in continuous integration, which must not pass without it.
 */
export function findBrowser(): boolean {
  if (existsSync(executablePath)) return true;
  const missing = `There is no browser at ${executablePath}. Install one: apt-get install chromium (or set CHROMIUM_PATH).`;
  if (process.env.CI) throw new Error(missing);
  console.warn(`Skipped: the test in a browser. ${missing}`);
  return false;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: quiet });
}
