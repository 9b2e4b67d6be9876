// Readiness of a service: waits until it responds to requests, or takes connections of gRPC.
import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { readGrpcAddress } from '../../config/subgraph-grpc.ts';
import type { ProcessSetup, Protocol } from './messages.ts';

const INTERVAL = 50;
const REPORT_INTERVAL = 5_000;
const TIMEOUT = 2_000;

const query = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"query":"{ __typename }"}',
} as const;

/**
 * Sends `{ __typename }` until a response arrives, to a REST service a GET request for its base URL; to a gRPC service,
 * connects until it has sent its settings of HTTP/2.
 * @param report called every five seconds of waiting, with the seconds so far.
 * @returns true when the service responds, false when `giveUp` was aborted first.
 */
export async function untilResponding(
  { url, protocol }: Pick<ProcessSetup, 'url' | 'protocol'>,
  giveUp: AbortSignal,
  report: (seconds: number) => void,
): Promise<boolean> {
  const started = performance.now();
  for (let reported = 0; !giveUp.aborted; ) {
    if (await (protocol === 'grpc' ? isConnecting(url) : isResponding(url, protocol))) return !giveUp.aborted;
    const waited = performance.now() - started;
    if (waited - reported >= REPORT_INTERVAL) {
      reported = waited;
      report(Math.round(waited / 1000));
    }
    await delay(INTERVAL);
  }
  return false;
}

async function isResponding(url: string, protocol: Protocol): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url, {
      ...(protocol === 'rest' ? { method: 'GET' } : query),
      headersTimeout: TIMEOUT,
      bodyTimeout: TIMEOUT,
    });
    await body.dump();
    return statusCode < 500;
  } catch {
    // Not listening yet is what this loop waits out.
    return false;
  }
}

/** @param address as `subgraphs.NAME.grpc` has it. */
function isConnecting(address: string): Promise<boolean> {
  const { target = '', isSecure = false } = readGrpcAddress(address) ?? {};
  const [, path] = /^unix:(?:\/\/)?(\/?.+)$/.exec(target) ?? [];
  const origin = `${isSecure ? 'https' : 'http'}://${path === undefined ? target.replace(/^[^/]*\/+|^ipv[46]:/, '') : 'localhost'}`;
  return new Promise((resolve) => {
    const session = connect(origin, {
      // Whether it has started, and not which service it is.
      rejectUnauthorized: false,
      ...(path !== undefined && { createConnection: () => connectSocket(path) }),
    });
    const end = (isReady: boolean) => {
      session.destroy();
      resolve(isReady);
    };
    session.once('remoteSettings', () => end(true));
    session.once('error', () => end(false));
    session.once('close', () => end(false));
    session.setTimeout(TIMEOUT, () => end(false));
  });
}
