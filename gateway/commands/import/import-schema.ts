// Imported schema: the fields of the chosen operations as SDL, with what they need of one another: names, and types whose selections
// are finite.
import { parse } from 'graphql';
import { hasOtherNames, printSdl } from './connect-sdl.ts';
import { type ConnectedField, connectedField } from './connected-field.ts';
import {
  dropEmpty,
  leadsToItself,
  makeFinite,
  needItself,
  objectOf,
  selectionSize,
  typesBelow,
  withoutEmpty,
} from './finite-selections.ts';
import { fieldName, NameScope } from './graphql-names.ts';
import type { ImportReport } from './import-report.ts';
import { ImportedTypes, type ObjectType } from './imported-types.ts';
import { Inexpressible, type OpenApiDocument } from './openapi-document.ts';
import type { ApiOperation } from './operations.ts';

export interface ImportSettings {
  /** Name of the source. */
  source: string;
  baseUrl: string;
  /** Whether all operations are at the base URL, also those with servers of their own. */
  hasOwnUrl: boolean;
  /** Levels of objects below an operation. */
  maxDepth: number;
}

export interface ImportedSchema {
  fields: ConnectedField[];
  /** Null where no operation is left. */
  sdl: string | null;
}

/** Properties in the selection of one operation. */
const MAX_SELECTION = 2_000;

/** @param report gets what is left out. */
export function importSchema(
  document: OpenApiDocument,
  chosen: readonly ApiOperation[],
  settings: ImportSettings,
  report: ImportReport,
): ImportedSchema {
  const fields = connectAll(document, chosen, settings, report);
  warnOfSecurity(document, fields, report);
  if (fields.length === 0) return { fields, sdl: null };
  const comment = [`${document.title}: ${fields.length} of its operations, by concierge import.`];
  const sdl = printSdl({ source: settings.source, baseUrl: settings.baseUrl, comment, fields });
  // What is written can be read.
  parse(sdl);
  return { fields, sdl };
}

function connectAll(
  document: OpenApiDocument,
  chosen: readonly ApiOperation[],
  { maxDepth, hasOwnUrl }: ImportSettings,
  report: ImportReport,
): ConnectedField[] {
  const types = new ImportedTypes(document, report);
  const names = new NameScope();
  const fields = chosen.flatMap((operation): ConnectedField[] =>
    attempt(operation, report, () => {
      const wanted = fieldName(operation.id);
      if (wanted === '') throw new Inexpressible(operation.element, 'GraphQL has no name for it');
      if (!hasOwnUrl && [operation.element, operation.parent].some((one) => one.has('servers'))) {
        throw new Inexpressible(operation.element, 'it has servers of its own: import it by itself, with --url');
      }
      const field = connectedField(operation, wanted, types, report);
      field.name = names.take(wanted);
      if (field.name !== operation.id && operation.element.has('operationId')) {
        report.warn(operation.element, `${operation.id} is called ${field.name}`);
      }
      return field;
    }),
  );
  const roots = fields.flatMap(({ type }) => (type && objectOf(type)) ?? []);
  makeFinite(roots, maxDepth, report);
  dropEmpty(types.objects);
  return fields.flatMap((field) => attempt(field.operation, report, () => finished(field)));
}

/** @throws Inexpressible for a field whose request or response cannot be written. */
function finished(field: ConnectedField): ConnectedField {
  const type = field.type && withoutEmpty(field.type);
  const target = type && objectOf(type);
  const { element } = field.operation;
  const size = target ? selectionSize(target) : 0;
  if (size > MAX_SELECTION) {
    throw new Inexpressible(element, `its response has ${size} properties, more than ${MAX_SELECTION}: lower --depth`);
  }
  const sent = field.body && objectOf(field.body.type);
  const types = sent ? typesBelow(sent) : new Set<ObjectType>();
  for (const { problem } of types) if (problem) throw problem;
  if (needItself(types)) throw new Inexpressible(element, 'its body would need itself in itself');
  if (field.body && sent && leadsToItself(sent) && hasOtherNames(field.body.type)) {
    throw new Inexpressible(element, 'its body leads back to itself, and has names that GraphQL cannot have');
  }
  const args = field.arguments.map((argument) => ({ ...argument, type: withoutEmpty(argument.type) }));
  const body = args.find(({ name }) => name === field.body?.name) ?? null;
  return { ...field, type, arguments: args, body };
}

function attempt(
  { id, element }: { id: string; element: ConnectedField['operation']['element'] },
  report: ImportReport,
  run: () => ConnectedField,
): ConnectedField[] {
  try {
    return [run()];
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    report.error(error.element ?? element, `${id} is left out: ${error.message}`);
    return [];
  }
}

/** Credentials are the configuration's, and no operation has them in its SDL. */
function warnOfSecurity({ root }: OpenApiDocument, fields: readonly ConnectedField[], report: ImportReport): void {
  const general = root.get('security');
  const required = fields
    .map(({ operation }) => operation.element.get('security') ?? general)
    .find((security) => security?.items().some((one) => one.entries().length > 0));
  if (required)
    report.warn(required, 'operations require credentials: send them with the option "forward" of the subgraph');
}
