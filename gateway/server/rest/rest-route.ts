// Route of the REST façade: one trusted document with its method and path, and the variables of its operation by the place
// where requests have them.
import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  parse,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { DocumentsError } from '../../persisted-documents/documents-error.ts';
import type { RestDeclaration } from '../../persisted-documents/rest-declaration.ts';
import type { TrustedDocument } from '../../persisted-documents/trusted-documents.ts';
import { isJsonText, type ReadText, repeatedType, textReader } from './text-values.ts';

/** A variable in the path or the query of a URL. */
export interface UrlParameter {
  name: string;
  in: 'path' | 'query';
  /** The part of the path; -1 for one in the query. */
  part: number;
  isRequired: boolean;
  /** Whether it may be given several times, as a list. */
  isRepeated: boolean;
  /** Whether its text is JSON. */
  isJson: boolean;
  read: ReadText;
}

export interface RestRoute {
  document: TrustedDocument;
  declaration: RestDeclaration;
  operation: OperationDefinitionNode;
  path: readonly UrlParameter[];
  /** By name. */
  query: ReadonlyMap<string, UrlParameter>;
  /** Null where the body is no variable; the names of its members, or the one variable that it is. */
  body: RestBody | null;
  /** Key of the only root field, whose value the response is; null where that is the whole data. */
  unwrappedKey: string | null;
}

export interface RestBody {
  /** The variable that the whole body is; null where its members are variables. */
  variable: string | null;
  /** Whether each is required, by name. */
  members: ReadonlyMap<string, boolean>;
}

/**
 * The routes of a client's documents.
 * @param schema of the client.
 * @throws DocumentsError where a value of a type cannot stand in a path.
 */
export function restRoutes(documents: Iterable<TrustedDocument>, schema: GraphQLSchema): RestRoute[] {
  return [...documents].flatMap((document) => {
    const { rest } = document.declaration;
    return rest ? [routeOf(document, rest, schema)] : [];
  });
}

function routeOf(document: TrustedDocument, declaration: RestDeclaration, schema: GraphQLSchema): RestRoute {
  const operation = parse(document.text, { noLocation: true }).definitions.find(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error(`The document ${document.id} has no operation.`);
  const claimed = new Set(document.declaration.claims.map(({ variable }) => variable));
  const variables = (operation.variableDefinitions ?? []).filter(({ variable }) => !claimed.has(variable.name.value));
  const { method, segments, body } = declaration;
  const partOf = (name: string) => segments.findIndex(({ variable }) => variable === name);
  const isOfBody = (name: string) =>
    body === null ? method !== 'GET' && method !== 'DELETE' && partOf(name) === -1 : name === body;
  const inUrl = variables
    .filter(({ variable }) => !isOfBody(variable.name.value))
    .map((definition) => parameterOf(definition, partOf(definition.variable.name.value), schema, document));
  const members = variables
    .filter(({ variable }) => isOfBody(variable.name.value))
    .map((definition) => [definition.variable.name.value, isRequired(definition)] as const);
  const [root] = operation.selectionSet.selections;
  const unwrapped = declaration.isUnwrapped && root?.kind === Kind.FIELD ? (root.alias ?? root.name).value : null;
  return {
    ...{ document, declaration, operation },
    path: inUrl.filter((parameter) => parameter.in === 'path'),
    query: new Map(inUrl.flatMap((parameter) => (parameter.in === 'query' ? [[parameter.name, parameter]] : []))),
    body: members.length > 0 ? { variable: body, members: new Map(members) } : null,
    unwrappedKey: unwrapped,
  };
}

function parameterOf(
  definition: VariableDefinitionNode,
  part: number,
  schema: GraphQLSchema,
  { place }: TrustedDocument,
): UrlParameter {
  const { value: name } = definition.variable.name;
  // An unknown type is an error of the document, which has its own message.
  const known = typeFromAST(schema, definition.type);
  const type: GraphQLInputType | undefined = isInputType(known) ? known : undefined;
  if (part !== -1 && isJsonText(type)) {
    const message = `$${name} is an input object, which cannot stand in the path of @rest`;
    throw new DocumentsError([{ ...place, message }]);
  }
  const item = repeatedType(type);
  return {
    ...{ name, part, in: part === -1 ? 'query' : 'path', isRepeated: item !== null },
    isJson: isJsonText(type),
    isRequired: isRequired(definition),
    read: textReader(item ?? type),
  };
}

function isRequired({ type, defaultValue }: VariableDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
}
