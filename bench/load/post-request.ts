// A POST request as the bytes that go over the wire.

export type Destination = { path: string; headers: Readonly<Record<string, string>> };

/** `headers` are sent besides the usual ones, or in their place; names in lower case. */
export function postRequest(port: number, body: string, { path, headers }: Destination): Buffer {
  const sent = {
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    accept: 'application/json',
    ...headers,
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
