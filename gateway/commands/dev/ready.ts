// Waits until a service answers GraphQL.
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';

const interval = 50;
const reportEvery = 5_000;

/**
 * Asks `{ __typename }` until an answer comes.
 * @param tell called every five seconds of waiting, with the seconds so far.
 * @returns true when the service answers, false when `giveUp` came first.
 */
export async function untilResponding(
  url: string,
  giveUp: AbortSignal,
  report: (seconds: number) => void,
): Promise<boolean> {
  const started = performance.now();
  for (let reported = 0; !giveUp.aborted; ) {
    if (await responses(url)) return !giveUp.aborted;
    const waited = performance.now() - started;
    if (waited - reported >= reportEvery) {
      reported = waited;
      report(Math.round(waited / 1000));
    }
    await delay(interval);
  }
  return false;
}

async function responses(url: string): Promise<boolean> {
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
