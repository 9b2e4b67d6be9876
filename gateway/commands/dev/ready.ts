// Readiness of a service: waits until it responds to GraphQL requests.
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';

const INTERVAL = 50;
const REPORT_INTERVAL = 5_000;

/**
 * Sends `{ __typename }` until a response arrives.
 * @param report called every five seconds of waiting, with the seconds so far.
 * @returns true when the service responds, false when `giveUp` was aborted first.
 */
export async function untilResponding(
  url: string,
  giveUp: AbortSignal,
  report: (seconds: number) => void,
): Promise<boolean> {
  const started = performance.now();
  for (let reported = 0; !giveUp.aborted; ) {
    if (await isResponding(url)) return !giveUp.aborted;
    const waited = performance.now() - started;
    if (waited - reported >= REPORT_INTERVAL) {
      reported = waited;
      report(Math.round(waited / 1000));
    }
    await delay(INTERVAL);
  }
  return false;
}

async function isResponding(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
      headersTimeout: 2_000,
      bodyTimeout: 2_000,
    });
    await body.dump();
    return statusCode < 500;
  } catch {
    // Not listening yet is what this loop waits out.
    return false;
  }
}
