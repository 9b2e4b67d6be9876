// A POST request as the bytes that go over the wire.

export type Destination = { path: string; headers: Readonly<Record<string, string>> };

/** `headers` are sent besides the usual ones. */
export function postRequest(port: number, body: string, { path, headers }: Destination): Buffer {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
      `${more.join('')}accept: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
