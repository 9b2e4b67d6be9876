// `concierge import` of random documents: the SDL is valid, and each selection has every field of the types that it returns.
import fc from 'fast-check';
import { buildSchema, type GraphQLSchema, getNamedType, isObjectType, Kind, parse, validateSchema } from 'graphql';
import { expect, test } from 'vitest';
import { ImportReport } from '../../gateway/commands/import/import-report.ts';
import { importSchema } from '../../gateway/commands/import/import-schema.ts';
import { OpenApiDocument } from '../../gateway/commands/import/openapi-document.ts';
import { operationsOf } from '../../gateway/commands/import/operations.ts';
import { parseMapping } from '../../gateway/transport/rest/mapping/parser.ts';
import type { SubSelection } from '../../gateway/transport/rest/mapping/syntax.ts';

const runs = 300;
const directives = `
  directive @source(name: String!, http: Any) on SCHEMA
  directive @connect(source: String, http: Any, selection: String!) repeatable on FIELD_DEFINITION
  scalar Any
`;

const component = fc.constantFrom(
  'Pet',
  'pet',
  'Query',
  'store.order',
  'String',
  'PetInput',
  '9',
  'Ü',
  '__type',
  'JSON',
);
const property = fc.constantFrom(
  'id',
  'name',
  'user-name',
  'userName',
  '@type',
  'type',
  '__typename',
  '9lives',
  'ß',
  '"""',
  'a\\"b',
  '',
);

const { schema: anySchema } = fc.letrec<{ schema: unknown; object: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    fc.constantFrom<unknown>(
      ...[
        { type: 'string' },
        { type: 'integer', format: 'int64' },
        { type: ['number', 'null'] },
        { type: 'boolean' },
        {},
        true,
      ],
      ...[{ type: 'string', format: 'binary' }, { enum: ['A', 'B', null] }, { type: 'string', enum: ['x y', 'true'] }],
      ...[
        { const: 1 },
        { type: 'object' },
        { type: ['string', 'object'] },
        { type: 'null' },
        { $ref: 'other.yaml' },
        5,
        false,
      ],
    ),
    component.map((name) => ({ $ref: `#/components/schemas/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` })),
    fc.record({ type: fc.constant('array'), items: tie('schema') }, { requiredKeys: ['type'] }),
    fc.record({ allOf: fc.array(tie('schema'), { maxLength: 3 }), nullable: fc.boolean(), description: fc.string() }),
    fc.record({ oneOf: fc.array(tie('schema'), { maxLength: 3 }) }),
    tie('object'),
  ),
  object: fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(property, tie('schema'), { maxKeys: 4 }),
      required: fc.array(property, { maxLength: 3 }),
      additionalProperties: tie('schema'),
      readOnly: fc.boolean(),
      description: fc.constantFrom('A thing.', 'Two\nlines "quoted"', '"""', '\\'),
      deprecated: fc.boolean(),
    },
    { requiredKeys: ['properties'] },
  ),
}));

const documents = fc.dictionary(component, anySchema, { minKeys: 1, maxKeys: 6 }).map((schemas) => ({
  openapi: '3.1.0',
  info: { title: 'Random' },
  components: { schemas },
  paths: Object.fromEntries(
    Object.keys(schemas).map((name, index) => {
      const content = { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } };
      const responses = { 200: { description: '', content } };
      const parameters = [{ name, in: 'query', schema: { $ref: `#/components/schemas/${name}` } }];
      return [
        `/${index}`,
        { get: { responses, parameters }, post: { operationId: name, responses, requestBody: { content } } },
      ];
    }),
  ),
}));

/** Paths of fields that a type has, or a mapping. */
function typePaths(schema: GraphQLSchema, typeName: string): string[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) return [''];
  return Object.entries(type.getFields()).flatMap(([name, field]) =>
    typePaths(schema, getNamedType(field.type).name).map((path) => `${name}.${path}`),
  );
}

function mappedPaths({ fields }: SubSelection): string[] {
  return fields.flatMap(({ name, value }) =>
    (value.selection ? mappedPaths(value.selection) : ['']).map((path) => `${name}.${path}`),
  );
}

test(`the SDL of ${runs} random documents is valid, and its selections are complete`, () => {
  let fieldCount = 0;
  fc.assert(
    fc.property(documents, (value) => {
      const document = OpenApiDocument.parse(JSON.stringify(value), 'random.json');
      const settings = { source: 'random', baseUrl: 'http://127.0.0.1:9', hasOwnUrl: false, maxDepth: 4 };
      const { fields, sdl } = importSchema(document, operationsOf(document), settings, new ImportReport('random.json'));
      if (sdl === null) return;
      const query = /^type Query /m.test(sdl) ? '' : 'type Query { none: Int }';
      const schema = buildSchema(`${directives}${query}${sdl.replace(/^extend schema .*$/m, '')}`);
      expect(validateSchema(schema)).toEqual([]);
      const roots = parse(sdl).definitions.flatMap((one) =>
        one.kind === Kind.OBJECT_TYPE_DEFINITION && /^(?:Query|Mutation)$/.test(one.name.value)
          ? (one.fields ?? [])
          : [],
      );
      expect(roots).toHaveLength(fields.length);
      for (const { name, directives: own, type } of roots) {
        fieldCount += 1;
        const selection = own?.[0]?.arguments?.find((argument) => argument.name.value === 'selection')?.value;
        const mapping = parseMapping(selection?.kind === Kind.STRING ? selection.value : '');
        const named = JSON.stringify(type).match(/"kind":"Name","value":"(\w+)"/)?.[1] as string;
        const isObject = isObjectType(schema.getType(named));
        expect(mapping.kind, name.value).toBe(isObject ? 'fields' : 'value');
        if (mapping.kind === 'fields') expect(mappedPaths(mapping.selection)).toEqual(typePaths(schema, named));
      }
    }),
    { numRuns: runs, seed: 20261129 },
  );
  expect(fieldCount).toBeGreaterThan(runs);
});
