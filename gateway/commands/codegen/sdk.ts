// A client's SDK: its typed documents, a function for each operation, and, in a file of their own, the documents' texts.
// The ids are those of the manifest of trusted documents, since they are made by the same code.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { Client } from '../../client-views/load-clients.ts';
import { ConfigError } from '../../config/config-error.ts';
import { collectDocuments } from '../../persisted-documents/collect-documents.ts';
import { withoutClaimed } from '../../persisted-documents/document-declaration.ts';
import type { ManifestDocument } from '../../persisted-documents/manifest.ts';
import { ScalarShapes } from './scalar-shapes.ts';

/** Names that `typescript-operations` generates, and ours. */
interface Names {
  /** The function of `createClient`. */
  method: string;
  /** The function that is exported. */
  send: string;
  document: string;
  text: string;
  data: string;
  variables: string;
}

interface Operation {
  document: ManifestDocument;
  definition: OperationDefinitionNode;
  names: Names;
}

const heading = '// Generated from operations/ by `concierge codegen`. Do not edit.';
/** Copied into every SDK, so that it has no dependencies. */
const runtime = ['graphql-client.ts', 'request-values.ts'];

/**
 * @param folder the client's: its documents are in `operations`.
 * @param client null for a folder without a definition.
 * @param sdl the schema that they select from.
 * @returns TypeScript that imports the types of the operations from `./operations.ts`.
 * @throws ConfigError where two operations would be one function, DocumentsError for operations that cannot be read.
 */
export function printSdk(folder: string, client: Client | null, sdl: string): string {
  const operations = readOperations(folder, client);
  // A subscription has many results: its document is for clients that hold a connection.
  const single = operations.filter(({ document }) => document.type !== 'subscription');
  const identity = { name: client?.name ?? basename(folder), ...(client?.version && { version: client.version }) };
  const types = operations.flatMap(({ names }) => [names.data, names.variables]).sort();
  const scalars = Object.entries(client?.definition.scalars ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const shapes = new ScalarShapes(
    buildSchema(sdl),
    scalars.map(([name]) => name),
  );
  const documents = operations.map((each) => printDocument(each, shapes.print(each.document.document)));
  const inputs = shapes.printInputs();
  return `${heading}
import type {
${types.map((name) => `  ${name},`).join('\n')}
} from './operations.ts';

${[...documents, ...single.map(printFunction), ...(inputs ? [inputs] : [])].join('\n')}
${printClient(single, identity, scalars)}
${runtime.map(readRuntime).join('\n\n')}
`;
}

/**
 * The texts of the documents, for clients of a gateway that has no trusted documents.
 * @param folder the client's.
 * @param client null for a folder without a definition.
 */
export function printTexts(folder: string, client: Client | null): string {
  const operations = readOperations(folder, client);
  const entries = operations.map(({ document, names }) => `  '${document.id}': ${names.text},`);
  return `${heading}

${operations.map(({ document, names }) => `export const ${names.text} = ${printText(document.body)};\n`).join('\n')}
/** All of them, by the id of their document: \`createClient({ texts })\` sends them in place of ids. */
export const texts: Readonly<Record<string, string>> = {
${entries.join('\n')}
};
`;
}

/** @throws ConfigError, DocumentsError */
function readOperations(folder: string, client: Client | null): Operation[] {
  const operations = collectDocuments(join(folder, 'operations'), client?.definition.clientDirectives).documents.map(
    (document) => ({
      document,
      definition: withoutClaimed(
        document.document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!,
        document.declaration,
      ),
      names: namesOf(document),
    }),
  );
  checkClashes(operations.map(({ names }) => names));
  return operations.sort((a, b) => (a.names.method < b.names.method ? -1 : 1));
}

function printClient(
  operations: readonly Operation[],
  identity: Record<string, string>,
  scalars: readonly (readonly [string, string])[],
): string {
  const codecs = scalars.map(([name, type]) => `  ${name}: Codec<${type}>;`).join('\n');
  const given = scalars.length === 0 ? 'ClientOptions' : 'ClientOptions & { codecs: ScalarCodecs }';
  const passed = scalars.length === 0 ? '' : ', { ...options.codecs }';
  const declared =
    scalars.length === 0
      ? ''
      : `/** How scalars are converted, in variables and in data. */
export interface ScalarCodecs {
${codecs}
}

`;
  return `${declared}/** Sends documents: it is given to the functions above, of which a bundle has those that are used. */
export function createRequest(options: ${given}): Request {
  return requestWith({ ${printPairs(identity)}, ...options }${passed});
}

/** The client: a function for each operation, and \`request\` for documents. A bundle has all of them. */
export function createClient(options: ${given}) {
  const request = createRequest(options);
  return {
    request,
${operations.map(printMethod).join('\n')}
  };
}
`;
}

/** Without its heading and its imports, which are of the other one. */
function readRuntime(file: string): string {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text.replace(/^(?:(?:\/\/|import ).*\n)+\n/, '').trimEnd();
}

function namesOf({ name = '', type }: ManifestDocument): Names {
  const base = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const kind = `${type?.charAt(0).toUpperCase()}${type?.slice(1)}`;
  return {
    method: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    send: `send${base}`,
    document: `${base}Document`,
    text: `${base}Text`,
    // As in operation-types.ts: names stay as they are.
    data: `${name}${kind}`,
    variables: `${name}${kind}Variables`,
  };
}

function checkClashes(names: readonly Names[]): void {
  const methods = new Set(['request']);
  for (const { method } of names) {
    if (methods.has(method)) {
      throw new ConfigError(`Two functions of the SDK would be "${method}": rename the operation.`);
    }
    methods.add(method);
  }
}

function printDocument({ document: { id, name, type }, names }: Operation, scalars: string | null): string {
  const { document, data, variables } = names;
  return `export const ${document}: TypedDocument<${data}, ${variables}> = {
  id: '${id}',
  name: '${name}',
  type: '${type}',
${scalars ? `  scalars: ${scalars},\n` : ''}};
`;
}

function printText(text: string): string {
  return `\`${text.replace(/[`\\]|\$\{/g, '\\$&')}\``;
}

function printFunction({ definition, names }: Operation): string {
  return `export function ${names.send}(request: Request, ${printParameters(definition, names)}) {
  return request(${names.document}, variables, options);
}
`;
}

function printMethod({ definition, names }: Operation): string {
  return `    ${names.method}: (${printParameters(definition, names)}) =>
      request(${names.document}, variables, options),`;
}

function printParameters({ variableDefinitions = [] }: OperationDefinitionNode, { variables }: Names): string {
  const needed = variableDefinitions.some(
    ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined,
  );
  return `variables: ${variables}${needed ? '' : ' = {}'}, options?: RequestOptions`;
}

/** Texts have no quotes in them: references and versions are letters, digits, "-", "_" and ".". */
function printPairs(texts: Record<string, string>): string {
  return Object.entries(texts)
    .map(([name, text]) => `${name}: '${text}'`)
    .join(', ');
}
