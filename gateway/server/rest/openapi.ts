// OpenAPI document (3.1) of one client's REST façade: an operation for each route, with the JSON schemas of its variables
// and of its data.
import { type GraphQLSchema, Kind, parse } from 'graphql';
import { variableSchema, variablesSchema } from '../../json-schema/input-schema.ts';
import { SchemaDefinitions, withoutNull } from '../../json-schema/json-schema.ts';
import { selectionSchema } from '../../json-schema/selection-schema.ts';
import { problemSchema, problemSchemaName } from './problem-schema.ts';
import type { RestRoute, UrlParameter } from './rest-route.ts';

export interface OpenApiOptions {
  /** The client's reference: `web`, or `web@1`. */
  client: string;
  version: string;
  /** Path of the client's façade: `/rest/web`. */
  base: string;
  /** Security schemes by name, and whether every operation requires one of them. */
  securitySchemes: Readonly<Record<string, object>>;
  requiresAuthentication: boolean;
}

const schemaPrefix = '#/components/schemas/';

/** @param schema of the client. @returns an object to be printed as JSON. */
export function openApiDocument(
  routes: readonly RestRoute[],
  schema: GraphQLSchema,
  { client, version, base, securitySchemes, requiresAuthentication }: OpenApiOptions,
): Record<string, unknown> {
  const definitions = new SchemaDefinitions(schemaPrefix);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const { path, method } = route.declaration;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(route, schema, definitions) };
  }
  const schemes = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));
  return {
    openapi: '3.1.0',
    info: { title: client, version, description: 'Served by Concierge from the trusted documents of this client.' },
    servers: [{ url: base }],
    ...(schemes.length > 0 && { security: requiresAuthentication ? schemes : [...schemes, {}] }),
    paths,
    components: {
      schemas: { ...definitions.all, [problemSchemaName]: problemSchema },
      responses: {
        Problem: {
          description: 'A problem (RFC 9457): `code` says what went wrong, and `data` has what was found all the same.',
          content: { 'application/problem+json': { schema: { $ref: schemaPrefix + problemSchemaName } } },
        },
      },
      ...(schemes.length > 0 && { securitySchemes }),
    },
  };
}

function operationOf(route: RestRoute, schema: GraphQLSchema, definitions: SchemaDefinitions): Record<string, unknown> {
  const { document, declaration, operation } = route;
  const { description, variables: descriptions } = document.declaration;
  const isRead = declaration.method === 'GET';
  const parameters = [...route.path, ...route.query.values()].map((parameter) =>
    parameterOf(parameter, route, schema, definitions),
  );
  const body = bodyOf(route, schema, definitions, descriptions);
  const data = dataSchema(route, schema, definitions);
  return {
    operationId: document.name ?? document.id,
    // The page groups by them.
    tags: [declaration.segments.find(({ text }) => text !== undefined)?.text ?? 'other'],
    ...(description && { summary: firstLine(description), description }),
    ...(isDeprecated(route, schema) && { deprecated: true }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: {
      200: {
        description: `The data of the ${operation.operation}.`,
        ...(isRead && { headers: responseHeaders }),
        content: { 'application/json': { schema: data } },
      },
      ...(isRead && { 304: { description: 'The response is the one that `If-None-Match` names.' } }),
      ...(route.unwrappedKey !== null && { 404: { $ref: '#/components/responses/Problem' } }),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

const responseHeaders = {
  ETag: { description: 'Of a response that is cached.', schema: { type: 'string' } },
  'Cache-Control': { description: 'How long it may be stored (RFC 9111).', schema: { type: 'string' } },
};

function parameterOf(
  { name, in: where, isRequired, isJson }: UrlParameter,
  { operation, document }: RestRoute,
  schema: GraphQLSchema,
  definitions: SchemaDefinitions,
): Record<string, unknown> {
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  if (!definition) throw new Error(`The operation has no variable $${name}.`);
  // Neither a path nor a query string has a null.
  const own = withoutNull(variableSchema(definition, schema, definitions, new Map()).schema);
  const description = document.declaration.variables.get(name);
  return {
    ...{ name, in: where, required: where === 'path' || isRequired },
    ...(description !== undefined && { description }),
    ...(isJson ? { content: { 'application/json': { schema: own } } } : { schema: own }),
  };
}

function bodyOf(
  { body, operation }: RestRoute,
  schema: GraphQLSchema,
  definitions: SchemaDefinitions,
  descriptions: ReadonlyMap<string, string>,
): Record<string, unknown> | null {
  if (!body) return null;
  const variables = (operation.variableDefinitions ?? [])
    .filter(({ variable }) => body.members.has(variable.name.value))
    .map((definition) => variableSchema(definition, schema, definitions, descriptions));
  const only = body.variable === null ? null : variables[0];
  return {
    required: variables.some(({ isRequired }) => isRequired),
    content: { 'application/json': { schema: only ? only.schema : variablesSchema(variables) } },
  };
}

function dataSchema(
  { document, operation, unwrappedKey }: RestRoute,
  schema: GraphQLSchema,
  definitions: SchemaDefinitions,
) {
  const data = selectionSchema(parse(document.text, { noLocation: true }), operation, schema, definitions);
  const only = unwrappedKey === null ? undefined : data.properties?.[unwrappedKey];
  // A null is 404.
  return only ? withoutNull(only) : data;
}

function isDeprecated({ operation }: RestRoute, schema: GraphQLSchema): boolean {
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  return operation.selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && fields[selection.name.value]?.deprecationReason != null,
  );
}

function firstLine(text: string): string {
  return (text.trim().split('\n', 1)[0] ?? '').trim();
}
