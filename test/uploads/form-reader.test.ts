// Forms as attackers and networks send them: cut at every byte, ended at every byte, with boundaries in their data.
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { FormReader } from '../../gateway/server/uploads/form-reader.ts';
import { UploadFault } from '../../gateway/server/uploads/upload-fault.ts';
import { boundary, formOf } from './service.ts';

interface Read {
  parts: { name: string | undefined; filename: string | undefined; type: string; content: string }[];
  fault: string | null;
}

/** Reads a form to its end or its fault. */
async function read(chunks: readonly Buffer[], maxFiles = 10, maxBytes = 1_000_000): Promise<Read> {
  const stream = new PassThrough();
  const message = Object.assign(stream, { complete: true }) as unknown as IncomingMessage;
  const parts: Read['parts'] = [];
  const reader = new FormReader(message, boundary, { maxFiles, maxBytes });
  const write = async () => {
    for (const chunk of chunks) {
      stream.write(chunk);
      await new Promise(setImmediate);
    }
    stream.end();
  };
  void write();
  try {
    for (let part = await reader.next(); part; part = await reader.next()) {
      const { name, filename, type } = part;
      const bytes: Buffer[] = [];
      for await (const chunk of part.content) bytes.push(chunk);
      parts.push({ name, filename, type, content: Buffer.concat(bytes).toString('latin1') });
    }
    return { parts, fault: null };
  } catch (error) {
    if (!(error instanceof UploadFault)) throw error;
    return { parts, fault: error.message };
  }
}

const contents = [
  '',
  '\r\n',
  '\r\n--',
  '\r\n--edg',
  'x--edge--',
  'a\r\n-\r\n--\r\n--ed\r\n',
  '\r\r\n\n--edge',
  '\x00\xff\r',
];
const files = contents.map((content, index) => ({
  name: `${index}`,
  filename: 'f',
  type: 'x/y',
  content: Buffer.from(content, 'latin1'),
}));
const form = formOf(files);
const whole = {
  parts: files.map(({ content, ...file }) => ({ ...file, content: content.toString('latin1') })),
  fault: null,
};

test('a form cut into two at every byte, and into single bytes, is the same form', async () => {
  for (let cut = 0; cut <= form.length; cut += 1) {
    expect(await read([form.subarray(0, cut), form.subarray(cut)])).toEqual(whole);
  }
  expect(await read(Array.from(form, (_, index) => form.subarray(index, index + 1)))).toEqual(whole);
});

test('a form that ends at any byte before its end has a fault, and none waits for ever', async () => {
  const end = form.lastIndexOf('--edge--') + '--edge--'.length;
  for (let length = 0; length < end; length += 1) {
    expect([length, (await read([form.subarray(0, length)])).fault]).toEqual([
      length,
      'The body of the request is no complete form.',
    ]);
  }
  for (let length = end; length <= form.length; length += 1)
    expect(await read([form.subarray(0, length)])).toEqual(whole);
});

test('what precedes the first part and follows the last one is no part', async () => {
  const around = Buffer.concat([Buffer.from('preamble\r\n--edg\r\n'), form, Buffer.from('--edge\r\n\r\nepilogue')]);
  expect(await read([around])).toEqual(whole);
});

test('100,000 parts are not read', async () => {
  const many = formOf(Array.from({ length: 100_000 }, (_, index) => ({ name: `${index}`, content: '' })));
  const { parts, fault } = await read([many], 4, many.length);
  expect(fault).toBe('The form has more than 4 files, the limit (uploads.maxFiles).');
  expect(parts.length).toBeLessThanOrEqual(6);
  const preamble = await read([Buffer.alloc(2_000_001)]);
  expect(preamble).toEqual({ parts: [], fault: 'The form has more than 1000000 bytes, the limit (uploads.maxBytes).' });
});

test('names with line breaks, parts without a name, nested forms and folded fields add no part and no header field', async () => {
  const inner = '--inner\r\ncontent-disposition: form-data; name="inner"\r\n\r\nx\r\n--inner--';
  const parts = await read([
    formOf([
      { name: 'a\nb', content: '1' },
      { content: '2', head: 'x: y' },
      { name: 'nested', type: 'multipart/mixed; boundary=inner', content: inner },
      { name: 'folded', head: 'x: 1\r\n content-disposition: form-data; name="other"', content: '3' },
      { name: 'quoted\\"', filename: '../../etc/passwd', content: '4' },
      { name: 'encoded', head: 'content-type: text/plain; charset=utf-7', content: '+AGE-' },
    ]),
  ]);
  expect(parts.fault).toBe(null);
  expect(parts.parts.map(({ name, filename, content }) => [name, filename, content])).toEqual([
    ['nested', undefined, inner],
    ['folded', undefined, '3'],
    ['quoted"', 'passwd', '4'],
    ['encoded', undefined, '+AGE-'],
  ]);
});

test('a client that has left before its form is read', async () => {
  const stream = new PassThrough();
  stream.destroy();
  const reader = new FormReader(stream as unknown as IncomingMessage, boundary, { maxFiles: 1, maxBytes: 1 });
  await expect(reader.next()).rejects.toThrow('The body of the request broke off.');
});

test.each([
  "a'()+_,-./:=?b",
  ...['a"b', 'a\\b', 'a;b', 'a b', '----WebKitFormBoundaryX', 'x'.repeat(70), '%41', "utf-8''x"],
])('a form with the boundary %j', async (given) => {
  const stream = Object.assign(new PassThrough(), { complete: true });
  const reader = new FormReader(stream as unknown as IncomingMessage, given, { maxFiles: 1, maxBytes: 10_000 });
  stream.end(`--${given}\r\ncontent-disposition: form-data; name="n"\r\n\r\nvalue\r\n--${given}--\r\n`);
  const part = await reader.next();
  const chunks: Buffer[] = [];
  for await (const chunk of part?.content ?? []) chunks.push(chunk);
  expect([part?.name, String(Buffer.concat(chunks)), await reader.next()]).toEqual(['n', 'value', null]);
});

test.each([undefined, '', 'x'.repeat(71), 'a ', 'a\r\nb', 'ü'])('no form has the boundary %j', (given) => {
  const message = Object.assign(new PassThrough(), { complete: true }) as unknown as IncomingMessage;
  expect(() => new FormReader(message, given, { maxFiles: 1, maxBytes: 1 })).toThrow(UploadFault);
});
