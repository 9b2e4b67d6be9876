// Properties of what reads files and options: manifests of documents, controls, patterns, versions,
// durations and sizes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { readPattern } from '../../gateway/client-views/patterns.ts';
import { newestLast, viewFor } from '../../gateway/client-views/versions.ts';
import { elementsOf } from '../../gateway/compose/schema-elements.ts';
import { ConfigError } from '../../gateway/config/config-error.ts';
import { duration, isHttpUrl, milliseconds, size } from '../../gateway/config/values.ts';
import { DocumentsError } from '../../gateway/persisted-documents/documents-error.ts';
import { printManifest, readManifest } from '../../gateway/persisted-documents/manifest.ts';
import { parseControls } from '../../gateway/policy/controls/parse-controls.ts';
import { parseAddress } from '../../gateway/transport/subgraph-address.ts';
import { type Property, property } from './run.ts';
import { nearJson, texts } from './texts.ts';

const schema = buildSchema(
  'type Query { product(id: ID): Product } type Product { id: ID! name: String } enum Kind { BIG }',
);
const elements = elementsOf(schema);

const manifests = fc.oneof(
  nearJson,
  texts({
    tokens: ['{', '}', '"', ':', ',', '{ a }', '\\n', 'query', '"id":', '[', ']', '"body":"{ a }"'],
    samples: [
      '{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","body":"query A { a }"},{"id":"b","body":"{ b"}]}',
      '{"1":"query A { a }","2":"query B { b }","1":"query A { a }"}',
      '{"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":"{ a }"}',
    ],
  }),
);

const controls = fc.oneof(
  nearJson,
  texts({
    tokens: [
      '{',
      '}',
      '[',
      ']',
      '"id":"a"',
      '"target":',
      '"field":"Product.name"',
      '"action":"reject"',
      ',',
      'null',
      '1',
    ],
    samples: [
      '{"controls":[{"id":"a","target":{"field":"Product.name"},"action":"reject"}]}',
      '{"controls":[{"id":"a","target":{"subgraph":"one"},"action":{"throttle":{"limit":1,"duration":"1s"}},"until":"2027-01-01T00:00:00Z"}]}',
      '{"controls":[null,1,[],{"id":{}}]}',
    ],
  }),
);

const patterns = texts({
  tokens: ['*', '**', 'Product', 'Query', '.', '(', ':)', 'id', '#', 'tag', '__proto__', '[', '\\', '$'],
  samples: ['Product.*', 'Query.product(id:)', '*.id', '#public', 'Kind.BIG', 'P*t.n*e'],
});

const versions = texts({
  tokens: ['1', '.', '2', 'v', '-', '2026-11-29', '2026-11', 'x', '999999999999999999999999', ' '],
  samples: ['1.4.2', 'v2', '2026-11-29', '1.x', '20261128233000123'],
});

const amounts = texts({
  tokens: ['1', '0', '9', 'ms', 's', 'm', 'h', 'kb', 'mb', 'gb', '.', '-', ' ', 'e'],
  samples: ['30s', '500ms', '12h', '600h', '64kb', '9999999gb'],
});

const urls = texts({
  tokens: ['http://', 'https://', 'user:pass@', 'host', ':80', '/', '?a=b', '#', '%', '%ff', ' ', '\n', '[::1]', 'é'],
  samples: ['http://127.0.0.1:4001/graphql', 'https://user:p%40ss@host/graphql?key=1', 'http://[::1]:80'],
});

/** Runs `read`; errors of this class are expected. */
function reads<Value>(expected: new (...given: never[]) => Error, read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof expected) return null;
    throw error;
  }
}

let folder: string | undefined;

/** A file in a folder that is gone when the process ends. */
function fileWith(text: string): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'concierge-fuzz-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const file = join(folder, 'file.json');
  writeFileSync(file, text);
  return file;
}

export const fileProperties = (): Property[] => [
  property(
    'a manifest is read, and the same when it is written again, or its problems are named',
    manifests,
    (text) => {
      const manifest = reads(DocumentsError, () => readManifest(fileWith(text)));
      if (manifest === null) return true;
      const printed = printManifest(manifest);
      return printManifest(readManifest(fileWith(printed))) === printed;
    },
  ),
  property('controls are read, or their problems are named', controls, (text) => {
    const read = reads(ConfigError, () =>
      parseControls(Buffer.from(text), 'controls.json', { schema, subgraphs: ['one'] }),
    );
    return read === null || Array.isArray(read);
  }),
  property('a pattern names elements of the schema, or has a problem', patterns, (text) => {
    const pattern = readPattern(text, elements, new Map([['public', new Set(['Product'])]]));
    return 'problem' in pattern ? pattern.problem !== '' : pattern.matched.length > 0;
  }),
  property(
    'every release has one of the views',
    fc.tuple(fc.array(versions, { minLength: 1, maxLength: 4 }), versions),
    ([own, release]) => {
      const views = newestLast(own.map((version) => ({ version })));
      return views.includes(viewFor(views, release)) && viewFor(views, own[0])?.version !== undefined;
    },
  ),
  property('a duration is a time that a timer can wait for, and a size a number of bytes', amounts, (text) => {
    const time = duration.safeParse(text);
    const bytes = size.safeParse(text);
    const isTime = !time.success || (milliseconds(time.data) >= 1 && milliseconds(time.data) < 2 ** 31);
    return isTime && (!bytes.success || (bytes.data >= 1024 && Number.isSafeInteger(bytes.data)));
  }),
  property('the address of a service is one that can be requested', urls, (text) => {
    if (!isHttpUrl(text)) return true;
    const { origin, path, credentials } = parseAddress(text);
    return URL.canParse(origin) && path.startsWith('/') && credentials.every((each) => /^[\x20-\x7e]+$/.test(each));
  }),
];
