// Services that take files, and gateways before them: each service reads forms as they come, and records them.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { Busboy } from '@fastify/busboy';
import { Kind, parse } from 'graphql';
import { onTestFinished } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { listen } from '../harness/listen.ts';

export interface ReceivedFile {
  name: string;
  filename: string | undefined;
  type: string;
  bytes: number;
  sha256: string;
}

export interface ReceivedForm {
  operations: { query: string; variables: Record<string, unknown> };
  map: Record<string, string[]>;
  files: ReceivedFile[];
  headers: IncomingMessage['headers'];
}

/** Takes the place of reading the form. */
export type Behave = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface FileService {
  url: string;
  forms: ReceivedForm[];
  /** Requests without files. */
  requests: unknown[];
  /** Number of requests that have ended before their form was complete. */
  broken: number;
  /** Number of forms that are being read. */
  open: number;
  stop(): Promise<void>;
}

export async function startFileService(behave?: Behave): Promise<FileService> {
  const service: FileService = { url: '', forms: [], requests: [], broken: 0, open: 0, stop: async () => {} };
  const respond = (response: ServerResponse, query: string) => {
    const [operation] = parse(query).definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no operation: ${query}`);
    const names = operation.selectionSet.selections.flatMap((field) =>
      field.kind === Kind.FIELD ? [field.alias?.value ?? field.name.value] : [],
    );
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: Object.fromEntries(names.map((name) => [name, 'done'])) }));
  };
  const server = createServer(async (request, response) => {
    if (!request.headers['content-type']?.startsWith('multipart/')) {
      const body = (await json(request)) as { query: string };
      service.requests.push(body);
      respond(response, body.query);
      return;
    }
    if (behave) {
      behave(request, response);
      return;
    }
    const form = { files: [], headers: request.headers } as unknown as ReceivedForm;
    const parser = new Busboy({ headers: request.headers as { 'content-type': string } });
    parser.on('field', (name, value) => Object.assign(form, { [name]: JSON.parse(value) }));
    parser.on('file', (name, stream, filename, _coding, type) => {
      const hash = createHash('sha256');
      const file = { name, filename, type, bytes: 0, sha256: '' };
      form.files.push(file);
      stream.on('data', (chunk: Buffer) => {
        file.bytes += chunk.length;
        hash.update(chunk);
      });
      stream.on('end', () => {
        file.sha256 = hash.digest('hex');
      });
      stream.on('error', () => {});
    });
    let isComplete = false;
    parser.on('error', () => {});
    parser.on('finish', () => {
      isComplete = request.complete;
      if (!isComplete) return;
      service.forms.push(form);
      respond(response, form.operations.query);
    });
    service.open += 1;
    request.on('close', () => {
      service.open -= 1;
      if (!request.complete) service.broken += 1;
    });
    request.on('error', () => {});
    request.pipe(parser);
  });
  const { origin, stop } = await listen(server);
  return Object.assign(service, { url: `${origin}/graphql`, stop });
}

const sdl = `
  scalar Upload
  input Documents { title: String! cover: Upload pages: [Upload!] }
  type Query { size(file: Upload): Int }
  type Mutation {
    attach(file: Upload!, note: String, number: Int): String
    attachAll(files: [Upload!]!): String
    submit(documents: Documents!): String
    rename(name: String!): String
  }
`;
const otherSdl = 'scalar Upload type Query { otherSize: Int } type Mutation { other(file: Upload): String }';

export interface FileGateways {
  /** With the fast path, and without it. */
  urls: Record<'fast path' | 'Yoga', string>;
  files: FileService;
  other: FileService;
}

export async function serveFiles(config: Partial<GatewayConfig> = {}, behave?: Behave): Promise<FileGateways> {
  const [files, other] = await Promise.all([startFileService(behave), startFileService()]);
  onTestFinished(async () => {
    await Promise.all([files.stop(), other.stop()]);
  });
  const start = async (fastPath: boolean) => {
    const gateway = createGateway({
      ...{ port: 0, shutdownGrace: 1, log: { level: 'silent' }, overload: false, uploads: true, fastPath, ...config },
      subgraphs: { files: { url: files.url, schema: sdl }, other: { url: other.url, schema: otherSdl } },
    });
    onTestFinished(async () => {
      await gateway.stop();
    });
    return `${await gateway.start()}/graphql`;
  };
  const [fast, yoga] = await Promise.all([start(true), start(false)]);
  return { urls: { 'fast path': fast, Yoga: yoga }, files, other };
}

export const boundary = 'edge';

export interface WrittenPart {
  name?: string;
  filename?: string;
  type?: string;
  head?: string;
  content: string | Buffer;
}

/** A form as bytes. @param end the text after the last part. */
export function formOf(parts: readonly WrittenPart[], end = `--${boundary}--\r\n`): Buffer {
  const written = parts.flatMap(({ name, filename, type, head = '', content }) => {
    const disposition = name === undefined ? '' : `content-disposition: form-data; name="${name}"`;
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const lines = [disposition + file, type === undefined ? '' : `content-type: ${type}`, head].filter((line) => line);
    return [Buffer.from(`--${boundary}\r\n${lines.join('\r\n')}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')];
  });
  return Buffer.concat([...written, Buffer.from(end)]);
}

/** The fields and files of a request. */
export function request(
  query: string,
  variables: Record<string, unknown>,
  map: unknown,
  files: readonly WrittenPart[],
): WrittenPart[] {
  return [
    { name: 'operations', content: JSON.stringify({ query, variables }) },
    { name: 'map', content: JSON.stringify(map) },
    ...files,
  ];
}

export const formHeaders = {
  'content-type': `multipart/form-data; boundary=${boundary}`,
  'apollo-require-preflight': '1',
};

export interface Outcome {
  status: number;
  body: { data?: unknown; errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[] };
}

export async function send(url: string, body: Buffer, headers: Record<string, string> = formHeaders): Promise<Outcome> {
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
  return { status: response.status, body: (await response.json()) as Outcome['body'] };
}
