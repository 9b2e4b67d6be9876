// Log lines of connections to a port with TLS that no request comes of.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { startGatewayProcess } from '../harness/gateway.ts';
import { closedUrl } from '../harness/servers.ts';
import { createCertificate } from './certificate.ts';

test('plain HTTP, a protocol of TLS that is too old, and no handshake leave a line each where something was rejected', async () => {
  const { cert, key } = createCertificate();
  const folder = temporaryFolder({ 'a.graphql': 'type Query { a: Int }' });
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  const config = {
    port: 0,
    tls: { cert: 'cert.pem', key: 'key.pem' },
    subgraphs: { a: { url: closedUrl, schema: 'a.graphql' } },
  };
  writeFileSync(join(folder, 'gateway.config.mjs'), `export default ${JSON.stringify(config)};`);
  const { origin, process } = await startGatewayProcess(join(folder, 'gateway.config.mjs'));
  onTestFinished(async () => {
    await process.stop();
  });
  const port = Number(new URL(origin).port);
  // A load balancer that only looks whether the port is open.
  const probe = connect(port, '127.0.0.1');
  await once(probe, 'connect');
  probe.destroy();

  const plain = connect(port, '127.0.0.1');
  plain.on('error', () => {});
  plain.write('GET /secret HTTP/1.1\r\nhost: a\r\n\r\n');
  await once(plain, 'close');
  const versions = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const old = connectTls({ port, host: '127.0.0.1', ca: cert, ...versions });
  old.on('error', () => {});
  await new Promise<void>((resolve) => old.once('close', () => resolve()));

  await process.until((lines) => lines.filter(({ msg }) => msg === 'request rejected').length === 2);
  const lines = process.lines().filter(({ msg }) => msg === 'request rejected');
  expect(lines).toEqual([
    expect.objectContaining({ address: '127.0.0.1', reason: expect.stringMatching(/^TLS: http request/i) }),
    expect.objectContaining({ address: '127.0.0.1', reason: expect.stringMatching(/^TLS: .*(protocol|version)/i) }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});
