// A gateway with its operators: their listener, its log lines, and controls that tests write.
import { hash } from 'node:crypto';
import type { GatewayConfig } from '../../gateway/index.ts';
import { collectLines } from '../harness/log-lines.ts';
import type { LogLine } from '../harness/process.ts';
import type { Shop } from '../websocket/shop.ts';

export const token = 'a-token-of-operators';

/** A control that is in force for an hour. */
export function control(fields: Record<string, unknown>): Record<string, unknown> {
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  return { id: 'one', action: 'reject', reason: 'too slow', owner: 'on-call', expires, ...fields };
}

export const documentId = (text: string) => hash('sha256', text);

export interface Operated {
  http: string;
  url: string;
  admin: string;
  lines: LogLine[];
  /** Replaces the controls; returns the status and the text. */
  put(...controls: unknown[]): Promise<{ status: number; text: string }>;
  /** As `put`, with any body. */
  putText(body: string): Promise<{ status: number; text: string }>;
  /** The text of the controls in force. */
  get(): Promise<string>;
}

export async function operated(
  shop: Shop,
  options: Partial<GatewayConfig> = {},
  views: Parameters<Shop['gateway']>[1] = {},
): Promise<Operated> {
  let lines: LogLine[] = [];
  const config: Partial<GatewayConfig> = { csrf: false, admin: { port: 0, token }, ...options };
  const { http, url } = await shop.gateway(config, views, (log) => {
    lines = collectLines(log);
  });
  const admin = lines.find(({ msg }) => msg === 'listening for admin')?.url as string;
  const headers = { authorization: `Bearer ${token}` };
  const putText = async (body: string) => {
    const response = await fetch(`${admin}/admin/controls`, { method: 'PUT', headers, body });
    return { status: response.status, text: await response.text() };
  };
  return {
    ...{ http, url, admin, lines, putText },
    put: (...controls) => putText(JSON.stringify({ controls })),
    get: async () => (await fetch(`${admin}/admin/controls`, { headers })).text(),
  };
}

export interface Sent {
  status: number;
  headers: Headers;
  code: unknown;
  message: string | undefined;
}

interface Errors {
  errors?: { message: string; extensions: { code: string } }[];
}

export async function send(url: string, query: string, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { errors: [error] = [] } = (await response.json()) as Errors;
  return { status: response.status, headers: response.headers, code: error?.extensions.code, message: error?.message };
}
