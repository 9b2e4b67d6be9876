// Files in mutations: streamed from the form of a client to the one service whose field takes them.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type FileGateways, formHeaders, formOf, request, send, serveFiles, type WrittenPart } from './service.ts';

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const attach = 'mutation ($file: Upload!) { attach(file: $file) }';
const oneFile = { file: null };
const toFile = { 0: ['variables.file'] };
const part = (
  name: string,
  content: string | Buffer = 'text',
  filename = 'a.txt',
  type = 'text/plain',
): WrittenPart => ({
  ...{ name, content, filename, type },
});

/** Both paths, of gateways of their own. */
async function each(check: (url: string, gateways: FileGateways) => Promise<void>, config = {}): Promise<void> {
  const gateways = await serveFiles(config);
  for (const url of Object.values(gateways.urls)) await check(url, gateways);
}

describe('a service gets', () => {
  test('the bytes, the name and the type of a file, with the places that its own request has for it', async () => {
    await each(async (url, { files }) => {
      const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
      const query =
        'mutation ($note: String, $file: Upload!, $n: Int) { attach(note: $note, file: $file, number: $n) }';
      const variables = { note: 'variables.file', file: null, n: 12 };
      const parts = request(query, variables, { photo: ['variables.file'] }, [
        part('photo', content, 'naïve "ü".png', 'image/png'),
      ]);
      expect(await send(url, formOf(parts))).toEqual({ status: 200, body: { data: { attach: 'done' } } });
      const form = files.forms.at(-1);
      const [[name, places] = []] = Object.entries(form?.map ?? {});
      expect(places).toHaveLength(1);
      const key = places?.[0]?.replace('variables.', '') as string;
      expect(form?.operations.variables).toHaveProperty(key, null);
      expect(JSON.stringify(form?.operations)).not.toContain('file-');
      expect(form?.files).toEqual([
        {
          name,
          filename: expect.stringContaining('naïve '),
          type: 'image/png',
          bytes: 100_000,
          sha256: sha256(content),
        },
      ]);
      expect(form?.headers).toMatchObject({ 'apollo-require-preflight': '1', 'transfer-encoding': 'chunked' });
    });
  });

  test('lists of files, files inside of input objects, a file at several places, empty files', async () => {
    await each(async (url, { files }) => {
      const list = request(
        'mutation ($files: [Upload!]!) { attachAll(files: $files) }',
        { files: [null, null] },
        { b: ['variables.files.1'], a: ['variables.files.0'] },
        [part('a', 'first'), part('b', '')],
      );
      expect((await send(url, formOf(list))).body).toEqual({ data: { attachAll: 'done' } });
      const inList = files.forms.at(-1);
      expect(inList?.files.map(({ sha256 }) => sha256)).toEqual([sha256('first'), sha256('')]);
      const places = inList?.files.map(({ name }) => inList.map[name]?.[0]?.split('.').at(-1));
      expect(places).toEqual(['0', '1']);

      const inObject = request(
        'mutation ($documents: Documents!) { submit(documents: $documents) }',
        { documents: { title: 'T', cover: null, pages: [null, null] } },
        { 0: ['variables.documents.cover', 'variables.documents.pages.1'], 1: ['variables.documents.pages.0'] },
        [part('0', 'shared'), part('1', 'own')],
      );
      expect((await send(url, formOf(inObject))).body).toEqual({ data: { submit: 'done' } });
      const form = files.forms.at(-1);
      const [variable] = Object.keys(form?.operations.variables ?? {});
      expect(form?.operations.variables).toEqual({
        [variable as string]: { title: 'T', cover: null, pages: [null, null] },
      });
      expect(form?.map).toEqual({
        0: [`variables.${variable}.cover`, `variables.${variable}.pages.1`],
        1: [`variables.${variable}.pages.0`],
      });
    });
  });

  test('files in literals with variables in them, and as a list of one', async () => {
    await each(async (url, { files }) => {
      const literal = request(
        'mutation ($title: String!, $cover: Upload) { submit(documents: { title: $title, cover: $cover }) }',
        { title: 'T', cover: null },
        { 0: ['variables.cover'] },
        [part('0', 'cover')],
      );
      expect((await send(url, formOf(literal))).body).toEqual({ data: { submit: 'done' } });
      expect(files.forms.at(-1)?.files).toMatchObject([{ sha256: sha256('cover') }]);
      const single = request(
        'mutation ($f: [Upload!]!) { attachAll(files: $f) }',
        { f: null },
        { 0: ['variables.f'] },
        [part('0', 'one')],
      );
      expect((await send(url, formOf(single))).body).toEqual({ data: { attachAll: 'done' } });
      expect(Object.values(files.forms.at(-1)?.map ?? {})).toEqual([[expect.stringMatching(/^variables\.\w+$/)]]);
    });
  });

  test('the files after the mutations before it: and the ones after it, each request once', async () => {
    await each(async (url, { files, other }) => {
      const query = 'mutation ($file: Upload!) { other attach(file: $file) rename(name: "x") }';
      const before = [files.forms.length, files.requests.length, other.requests.length];
      const outcome = await send(url, formOf(request(query, oneFile, toFile, [part('0')])));
      expect(outcome.body).toEqual({ data: { other: 'done', attach: 'done', rename: 'done' } });
      const after = [files.forms.length, files.requests.length, other.requests.length];
      expect(after.map((count, index) => count - (before[index] as number))).toEqual([1, 1, 1]);
    });
  });
});

const rows: [name: string, parts: WrittenPart[], message: string][] = [
  [
    'a query',
    request('query ($file: Upload) { size(file: $file) }', oneFile, toFile, [part('0')]),
    'Files belong to mutations: a query takes none.',
  ],
  [
    'an operation without such a variable',
    request('mutation { rename(name: "x") }', oneFile, toFile, [part('0')]),
    'The map has the place "variables.file", which is no value of the scalar Upload.',
  ],
  [
    'a variable of another type',
    request('mutation ($file: String!) { rename(name: $file) }', oneFile, toFile, [part('0')]),
    'The map has the place "variables.file", which is no value of the scalar Upload.',
  ],
  [
    'a place inside of a file',
    request(attach, { file: { a: null } }, { 0: ['variables.file.a'] }, [part('0')]),
    'The map has the place "variables.file.a", which is no value of the scalar Upload.',
  ],
  [
    'files for two services',
    request(
      'mutation ($a: Upload!, $b: Upload) { attach(file: $a) other(file: $b) }',
      { a: null, b: null },
      { 0: ['variables.a'], 1: ['variables.b'] },
      [part('0'), part('1')],
    ),
    'The files belong to several requests to services: one mutation field gets all of them.',
  ],
  [
    'one file for two services',
    request('mutation ($file: Upload!) { attach(file: $file) other(file: $file) }', oneFile, toFile, [part('0')]),
    'The files belong to several requests to services: one mutation field gets all of them.',
  ],
  [
    'a file whose field is skipped',
    request('mutation ($file: Upload!) { rename(name: "x") attach(file: $file) @skip(if: true) }', oneFile, toFile, [
      part('0'),
    ]),
    'No field that is executed takes one of the files: its variable is not used.',
  ],
  [
    'nothing at all',
    [],
    'The first part of the form must be "operations": "operations" and "map" come before all files.',
  ],
  [
    'the map before the operations',
    request(attach, oneFile, toFile, []).toReversed(),
    'The first part of the form must be "operations": "operations" and "map" come before all files.',
  ],
  [
    'a file before the map',
    [request(attach, oneFile, toFile, [])[0] as WrittenPart, part('0')],
    'The second part of the form must be "map": "operations" and "map" come before all files.',
  ],
  [
    'operations that are no JSON',
    [
      { name: 'operations', content: '{"query":' },
      { name: 'map', content: '{}' },
    ],
    'The field "operations" cannot be read as JSON: Unexpected end of JSON input',
  ],
  [
    'a batch',
    [
      { name: 'operations', content: '[]' },
      { name: 'map', content: '{"0":["0.variables.file"]}' },
    ],
    'A batch cannot have files: send one operation.',
  ],
  [
    'bytes that are no UTF-8',
    [{ name: 'operations', content: Buffer.from([0x7b, 0xff, 0x7d]) }],
    'The field "operations" is not valid UTF-8.',
  ],
  [
    'UTF-16, whatever its part says',
    [{ name: 'operations', type: 'application/json; charset=utf-16le', content: Buffer.from('{"ü":1}', 'utf16le') }],
    'The field "operations" is not valid UTF-8.',
  ],
  [
    'a map without files',
    request(attach, oneFile, {}, []),
    'The map names no files: send "content-type: application/json".',
  ],
  [
    'a map that is a list',
    request(attach, oneFile, [['variables.file']], []),
    'The field "map" must be a JSON object.',
  ],
  [
    'a map without lists',
    request(attach, oneFile, { 0: 'variables.file' }, []),
    'The map must have a list of places for the file "0", such as ["variables.file"].',
  ],
  [
    'a place that is not in variables',
    request(attach, oneFile, { 0: ['query'] }, []),
    'The map has the place "query": files are values of variables, such as "variables.file".',
  ],
  [
    'a place of the prototype',
    request(attach, oneFile, { 0: ['variables.__proto__.polluted'] }, []),
    'The map has the place "variables.__proto__.polluted", where "operations" must have null; each place is for one file.',
  ],
  [
    'a place with a value',
    request(attach, { file: 'text' }, toFile, []),
    'The map has the place "variables.file", where "operations" must have null; each place is for one file.',
  ],
  [
    'two files at one place',
    request(attach, oneFile, { 0: ['variables.file'], 1: ['variables.file'] }, []),
    'The map has the place "variables.file", where "operations" must have null; each place is for one file.',
  ],
];

test('what belongs to no mutation, no variable and no single service is rejected before anything is executed', async () => {
  await each(async (url, { files, other }) => {
    for (const [name, parts, message] of rows) {
      const { status, body } = await send(url, formOf(parts));
      const shown = body.errors?.map((error) => [error.message, error.extensions.code]);
      expect([name, status, shown]).toEqual([name, 400, [[message, 'UPLOAD_REJECTED']]]);
    }
    expect([files.forms, files.requests, files.broken, other.forms, other.requests]).toEqual([[], [], 0, [], []]);
  });
});

const brokenRows: [name: string, body: Buffer, code: string, message: string][] = [
  [
    'a missing file',
    formOf(request(attach, oneFile, toFile, [])),
    'UPLOAD_REJECTED',
    'The form has no part "0", which its map names.',
  ],
  [
    'a file that the map does not name',
    formOf(request(attach, oneFile, toFile, [part('0'), part('1')])),
    'UPLOAD_REJECTED',
    'The form has the part "1", which its map does not name.',
  ],
  [
    'a file twice',
    formOf(request(attach, oneFile, toFile, [part('0'), part('0')])),
    'UPLOAD_REJECTED',
    'The form has the part "0" twice.',
  ],
  [
    'a file in a coding',
    formOf(request(attach, oneFile, toFile, [{ ...part('0', 'dGV4dA=='), head: 'content-transfer-encoding: base64' }])),
    'UPLOAD_REJECTED',
    'The part "0" has a content-transfer-encoding: send the bytes as they are.',
  ],
  [
    'a form without its end',
    formOf(request(attach, oneFile, toFile, [part('0')]), ''),
    'UPLOAD_REJECTED',
    'The body of the request is no complete form.',
  ],
  [
    'a file that is too long',
    formOf(request(attach, oneFile, toFile, [part('0', 'x'.repeat(2_049))])),
    'UPLOAD_TOO_LARGE',
    'A file has more than 2048 bytes, the limit (uploads.maxFileBytes).',
  ],
  [
    'files that are too long together',
    formOf(
      request(
        'mutation ($files: [Upload!]!) { attachAll(files: $files) }',
        { files: [null, null] },
        { 0: ['variables.files.0'], 1: ['variables.files.1'] },
        [part('0', 'x'.repeat(2_000)), part('1', 'x'.repeat(2_000))],
      ),
    ),
    'UPLOAD_TOO_LARGE',
    'The files have more than 3072 bytes, the limit (uploads.maxBytes).',
  ],
];

test('what turns out on the way is an error of the field, and the service gets no whole form', async () => {
  const config = { uploads: { maxFileBytes: 2_048, maxBytes: 3_072, maxFiles: 2 } };
  await each(async (url, { files }) => {
    for (const [name, body, code, message] of brokenRows) {
      const { status, body: received } = await send(url, body);
      const shown = received.errors?.map((error) => [error.message, error.extensions.code, error.path]);
      expect([name, status, shown]).toEqual([name, 200, [[message, code, [expect.stringMatching(/^attach/)]]]]);
    }
    expect(files.forms).toEqual([]);
  }, config);
});

test('too many files, and fields that are too long, are 413', async () => {
  const config = { uploads: { maxFiles: 1 }, maxBodyBytes: 1_000 };
  await each(async (url, { files }) => {
    const two = { 0: ['variables.files.0'], 1: ['variables.files.1'] };
    const list = 'mutation ($files: [Upload!]!) { attachAll(files: $files) }';
    const many = await send(url, formOf(request(list, { files: [null, null] }, two, [part('0'), part('1')])));
    expect(many).toMatchObject({
      status: 413,
      body: { errors: [{ extensions: { code: 'UPLOAD_TOO_LARGE', limit: 1, limitName: 'uploads.maxFiles' } }] },
    });
    const long = await send(url, formOf([{ name: 'operations', content: ' '.repeat(1_001) }]));
    expect(long).toMatchObject({
      status: 413,
      body: { errors: [{ extensions: { code: 'UPLOAD_TOO_LARGE', limit: 1_000, limitName: 'maxBodyBytes' } }] },
    });
    expect(files.forms).toEqual([]);
  }, config);
});

test('where uploads are off, a form is 415; without a header that pages of other origins cannot set, it is 403', async () => {
  const body = formOf(request(attach, oneFile, toFile, [part('0')]));
  await each(
    async (url) => {
      expect(await send(url, body)).toMatchObject({
        status: 415,
        body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
      });
    },
    { uploads: false },
  );
  await each(async (url, { files }) => {
    const outcome = await send(url, body, { 'content-type': formHeaders['content-type'] });
    expect(outcome).toMatchObject({
      status: 403,
      body: { errors: [{ extensions: { code: 'CSRF_PREVENTION_FAILED' } }] },
    });
    expect(files.forms).toEqual([]);
  });
});

test('a request without files is served as ever, also with a text where a file could stand', async () => {
  await each(async (url, { files }) => {
    const body = JSON.stringify({ query: attach, variables: { file: 'file-0' } });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(await response.json()).toEqual({ data: { attach: 'done' } });
    expect(files.forms).toEqual([]);
    expect(files.requests.at(-1)).toMatchObject({ variables: expect.objectContaining({}) });
  });
});
