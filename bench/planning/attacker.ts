// Attacker beside a gateway: a worker with the client that sends the attack documents and the service behind it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { buildSchema } from 'graphql';
import { request } from 'undici';
import { type Attack, attackDocuments } from './attack-documents.ts';

const server = createServer((message, response) => {
  message.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"data":null}');
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage({ port: (server.address() as AddressInfo).port }));

let attacks: Attack[] = [];
let origin = '';
parentPort?.on('message', async (message) => {
  if ('origin' in message) {
    origin = message.origin;
    const schema = buildSchema(message.sdl, { assumeValidSDL: true });
    attacks = attackDocuments(schema).filter(({ name }) => new RegExp(message.pattern).test(name));
    parentPort?.postMessage({ count: attacks.length });
    return;
  }
  const { name, ...parameters } = attacks[message.index] as Attack;
  const body = JSON.stringify(parameters);
  const started = performance.now();
  const response = await request(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  const text = await response.body.text();
  const milliseconds = performance.now() - started;
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? (text.includes('"errors"') ? 'error' : 'data');
  parentPort?.postMessage({ name, bytes: body.length, status: response.statusCode, code, milliseconds });
});
