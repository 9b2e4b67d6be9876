// A client's documents from real files, and manifests as other tools write them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { collectDocuments } from '../../gateway/persisted-documents/collect-documents.ts';
import { documentId } from '../../gateway/persisted-documents/document-text.ts';
import { DocumentsError } from '../../gateway/persisted-documents/documents-error.ts';
import { printManifest, readManifest, writeManifest } from '../../gateway/persisted-documents/manifest.ts';
import {
  manifestFile,
  readTrustedDocuments,
  TrustedDocuments,
} from '../../gateway/persisted-documents/trusted-documents.ts';
import { temporaryFolder } from '../harness/folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Places of the errors, relative to the folder, and their messages. */
function problemsOf(work: () => unknown, folder: string): string[] {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DocumentsError)) throw error;
    for (const { message } of error.problems) expect(error.message).toContain(message);
    return error.problems.map(({ file, line, column, message }) =>
      `${file}:${line}:${column} ${message}`.replaceAll(`${folder}/`, ''),
    );
  }
  throw new Error('There are no errors.');
}

describe('the operations of a client', () => {
  it('become one document each, with the fragments they use, whichever file those are in', () => {
    const folder = temporaryFolder({
      'page.graphql':
        '# Comments are for people.\nquery Page { product(id: "p1") { ...Zoom ...Card } }\nmutation Other { setStock(productId: "p1", quantity: 1) { id } }',
      'below/fragments.gql':
        'fragment Card on Product { name ...Zoom }\nfragment Zoom on Product { id }\nfragment Unused on Product { rating }',
      'empty.graphql': '# nothing yet\n',
      'notes.txt': 'no GraphQL',
    });
    const { documents } = collectDocuments(folder);
    const page = documents.find(({ name }) => name === 'Page')!;
    expect(page.body).toBe(
      'query Page {\n  product(id: "p1") {\n    ...Zoom\n    ...Card\n  }\n}\n\n' +
        'fragment Card on Product {\n  name\n  ...Zoom\n}\n\nfragment Zoom on Product {\n  id\n}',
    );
    expect(page).toMatchObject({ type: 'query', id: documentId(page.body), place: { line: 2, column: 7 } });
    expect(documents.map(({ name, type }) => `${type} ${name}`).sort()).toEqual(['mutation Other', 'query Page']);
  });

  it('are sent without what is for a client library, and the variables that only that used', () => {
    const folder = temporaryFolder({
      'a.graphql':
        'query Page($a: Int, $b: Int, $c: Int) {\n  cart(id: $b) @client { items }\n' +
        '  product(id: $a) @nonreactive { ...Card @unmask ...Local local @client }\n' +
        '  list(first: $c) @connection(key: "l") { selected @client }\n  rest @rest(path: "/r") { a } tick @tracked }\n' +
        'query OnlyLocal { theme @client }\n',
      'b.graphql':
        'fragment Card on Product @refetchable(queryName: "Q") @argumentless { name @required(action: LOG) ... @client { x } }\n' +
        'fragment Local on Product { isOpen(of: $b) @client }',
    });
    const { documents } = collectDocuments(folder, {
      rest: 'selection',
      tracked: 'directive',
      argumentless: 'directive',
    });
    expect(documents.map(({ body }) => body)).toEqual([
      print(
        parse(
          'query Page($a: Int, $c: Int) { product(id: $a) { ...Card ...Local } list(first: $c) { __typename } tick } ' +
            'fragment Card on Product { name } fragment Local on Product { __typename }',
        ),
      ),
    ]);
    const compiled = temporaryFolder({
      'a.graphql':
        'query A {\n  a { ...F @arguments(n: 1) }\n}\nfragment F on A @argumentDefinitions(n: {type: "Int"}) { b }',
    });
    expect(problemsOf(() => collectDocuments(compiled), compiled)).toEqual([
      "a.graphql:2:12 @arguments is replaced by Relay's compiler: let its persistConfig write a manifest to this client's documents/",
      "a.graphql:4:17 @argumentDefinitions is replaced by Relay's compiler: let its persistConfig write a manifest to this client's documents/",
    ]);
  });

  it('have the SHA-256 of their text for an id, as clients with the same printer compute it', () => {
    const folder = temporaryFolder({ 'a.graphql': 'query   Short { products { totalCount } }' });
    const sent = print(parse('query Short { products { totalCount } }'));
    const [document] = collectDocuments(folder).documents;
    // Of `printf 'query Short {\n  products {\n    totalCount\n  }\n}' | sha256sum`.
    expect(document!.id).toBe('72d55d5e436a7c74db591b1c93b0014b8080465e3c4d086f7f03758b082d82e0');
    expect(document!.body).toBe(sent);
  });

  it('are reported with every error at once: file, line, column and what to do', () => {
    const folder = temporaryFolder({
      'a.graphql': 'query Twice { a }\nfragment Shared on Query { a }',
      'b.graphql':
        'query Fine { a }\n\nquery Twice { b }\n{ a }\nfragment Shared on Query { b }\ntype Query { a: Int }',
      'c.graphql': 'query Broken {\n  a(\n}',
    });
    expect(problemsOf(() => collectDocuments(folder), folder)).toEqual([
      'b.graphql:3:7 the operation Twice is also in a.graphql:1: give one of them another name',
      'b.graphql:4:1 this operation has no name: give it one, which logs and clients use',
      'b.graphql:5:10 the fragment Shared is also in a.graphql:2: give one of them another name',
      'b.graphql:6:1 this defines a type: only operations and fragments belong here',
      'c.graphql:3:1 Syntax Error: Expected Name, found "}".',
    ]);
  });

  it('are reported where they use an undefined fragment', () => {
    const folder = temporaryFolder({
      'a.graphql': 'query One { ...Part }\nquery Two { ...Part }\nfragment Part on Query {\n  ...Missing\n}',
    });
    expect(problemsOf(() => collectDocuments(folder), folder)).toEqual([
      'a.graphql:4:3 no file of this client defines the fragment Missing: define it, or correct its name',
    ]);
  });

  it('may use fragments in circles, which validation rejects', () => {
    const folder = temporaryFolder({ 'a.graphql': 'query A { ...B }\nfragment B on Query { ...B }' });
    expect(collectDocuments(folder).documents).toHaveLength(1);
  });
});

describe('a manifest', () => {
  const folderWith = (text: string) => {
    const folder = temporaryFolder({ 'manifest.json': text });
    return { folder, read: () => readManifest(`${folder}/manifest.json`) };
  };

  it("is written in Apollo's format and read again", () => {
    const folder = temporaryFolder({ 'operations/a.graphql': 'query B { b }\nquery A { a }' });
    const manifest = collectDocuments(`${folder}/operations`);
    writeManifest(`${folder}/deep/manifest.json`, manifest);
    const written = readFileSync(`${folder}/deep/manifest.json`, 'utf8');
    expect(JSON.parse(written)).toEqual({
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [
        { id: documentId('query A {\n  a\n}'), name: 'A', type: 'query', body: 'query A {\n  a\n}' },
        { id: documentId('query B {\n  b\n}'), name: 'B', type: 'query', body: 'query B {\n  b\n}' },
      ],
    });
    const read = readManifest(`${folder}/deep/manifest.json`);
    expect(printManifest(read)).toBe(written);
    expect(read.documents[1]!.place).toMatchObject({ line: 12, column: 13 });
  });

  it("is read as Relay's compiler writes it, with MD5 for ids", () => {
    const { read } = folderWith(
      '{"5d41402abc4b2a76b9719d911017c592": "query R($say: String = \\"}\\") { a(b: $say) }"}',
    );
    const documents = new TrustedDocuments(read());
    expect(documents.get('5d41402abc4b2a76b9719d911017c592')).toMatchObject({ name: 'R' });
  });

  it("is read as graphql-codegen's client preset writes it, and its ids are the SHA-256 of its texts", async () => {
    const folder = temporaryFolder({
      'operations/a.graphql': 'query Page { product(id: "p1") { ...Card } }\nfragment Card on Product { name id }',
    });
    await generate({
      silent: true,
      schema: `${root}schema/graph.graphql`,
      documents: `${folder}/operations/*.graphql`,
      generates: {
        [`${folder}/generated/`]: {
          preset: 'client',
          presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
        },
      },
    });
    const { documents } = readManifest(`${folder}/generated/persisted-documents.json`);
    expect(documents).toHaveLength(1);
    expect(documents[0]).toMatchObject({ id: documentId(documents[0]!.body), name: 'Page' });
    const trusted = new TrustedDocuments(readTrustedDocuments(folder));
    expect(trusted.get(`sha256:${documents[0]!.id}`)?.text).toBe(documents[0]!.body);
    expect(trusted.size).toBe(2);
  });

  it('is read as Apollo Kotlin and Apollo iOS write it, and ids may have the name and version of an app', () => {
    const hash = documentId('query A { a }');
    const entry = { name: 'A', type: 'query', source: 'query A { a }' };
    const documents = new TrustedDocuments(folderWith(JSON.stringify({ [hash]: entry })).read());
    for (const id of [hash, `sha256:${hash}`, `shop~1.0.0~${hash}`]) {
      expect(documents.get(id)).toMatchObject({ id: hash, name: 'A', text: 'query A { a }' });
    }
    expect(documents.get(`shop~1.0.0~${documentId('another')}`)).toBeUndefined();
    const one = JSON.stringify(entry);
    const twice = folderWith(`{\n  "x": ${one},\n  "x": ${one}\n}`);
    expect(problemsOf(twice.read, twice.folder)).toEqual([
      'manifest.json:3:3 the id "x" is in it twice: remove one of the two',
    ]);
  });

  it('is rejected with the place of its error', () => {
    const broken = folderWith('{\n  "one": "query A { a }",\n  "two": "query B {"\n}');
    expect(problemsOf(broken.read, broken.folder)).toEqual([
      'manifest.json:3:3 the document two is not GraphQL, at line 1, column 10 of its text: Syntax Error: Expected Name, found <EOF>.; generate the manifest again',
    ]);
    const twice = folderWith('{\n  "one": "query A { a }",\n  "one": "query B { b }"\n}');
    expect(problemsOf(twice.read, twice.folder)).toEqual([
      'manifest.json:3:3 the id one stands for another text above: remove one of the two',
    ]);
    const noJson = folderWith('{\n  "one": "query A { a }",\n}');
    expect(problemsOf(noJson.read, noJson.folder)).toEqual([
      'manifest.json:2:25 this is no JSON: there is a comma before "}": remove it; generate the manifest again',
    ]);
    for (const text of [
      '[]',
      '{"one": 1}',
      '{"__proto__": 1}',
      '\ufefftrue',
      '{"format": "another", "version": "1"}',
    ]) {
      const other = folderWith(text);
      expect(problemsOf(other.read, other.folder)[0]).toMatch(
        /^manifest\.json:1:1 this is no manifest: give \{"format"/,
      );
    }
  });
});

describe("a client's folder", () => {
  it('trusts its operations, and releases that are still in use', () => {
    const folder = temporaryFolder({
      'operations/a.graphql': 'query New { a }',
      'documents/1.0.json': JSON.stringify({ old: 'query Old { a }' }),
      // Not up to date: where there are operations, they are what applies.
      'generated/documents.json': JSON.stringify({ stale: 'query Stale { a }' }),
    });
    const names = () => [...new TrustedDocuments(readTrustedDocuments(folder))].map(({ name }) => name).sort();
    expect(names()).toEqual(['New', 'Old']);
    writeFileSync(`${folder}/documents/2.0.json`, JSON.stringify({ old: 'query Another { a }' }));
    expect(() => names()).toThrow(/2\.0\.json:1:2: the id old stands for another text in .*1\.0\.json/);
  });

  it('trusts its manifest where its operations were not brought along', () => {
    const folder = temporaryFolder({ 'operations/a.graphql': 'query A { a }' });
    const deployed = temporaryFolder();
    writeManifest(manifestFile(deployed), collectDocuments(`${folder}/operations`));
    expect(new TrustedDocuments(readTrustedDocuments(deployed)).size).toBe(1);
    expect(new TrustedDocuments(readTrustedDocuments(temporaryFolder())).size).toBe(0);
  });
});
