// Limits on a document's form: a document at the bound passes, one above is rejected; bombs are rejected by their size
// without being expanded.
import { buildSchema, getIntrospectionQuery, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type LimitsConfig, limitsSection } from '../../config/limits.ts';
import { unlimitedSteps } from '../../planner/step-budget.ts';
import { createDocumentLimits } from './document-limits.ts';

const schema = buildSchema('type Query { a: Query, b(x: Int): Int }');

function rejections(text: string, limits: Partial<LimitsConfig>) {
  const config = { ...limitsSection.parse({}), introspection: true, ...limits };
  return createDocumentLimits(config)(schema, parse(text), unlimitedSteps()).map(({ message, extensions }) => {
    const { code, limit, value } = extensions;
    return { message, code, ...(limit !== undefined && { limit, value }) };
  });
}

const nested = (levels: number) => `${'{ a '.repeat(levels - 1)}{ b ${'} '.repeat(levels)}`;

describe('depth', () => {
  it('counts levels of fields', () => {
    expect(rejections(nested(15), {})).toEqual([]);
    expect(rejections(nested(17), {})).toEqual([
      {
        message: 'The operation is 17 levels deep; the limit is 15.',
        code: 'MAX_DEPTH_EXCEEDED',
        limit: 15,
        value: 17,
      },
    ]);
    expect(rejections(nested(16), {})).toHaveLength(1);
  });

  it('goes through named and inline fragments, which are no levels themselves', () => {
    const text =
      '{ a { ...One } } fragment One on Query { ... { ... on Query { a { ...Two } } } } fragment Two on Query { b }';
    expect(rejections(text, { depth: 3 })).toEqual([]);
    expect(rejections(text, { depth: 2 })).toMatchObject([{ code: 'MAX_DEPTH_EXCEEDED', limit: 2, value: 3 }]);
  });

  it('is judged for every operation of the document', () => {
    expect(rejections(`query One { b } query Two ${nested(4)}`, { depth: 3 })).toMatchObject([{ value: 4 }]);
  });

  it('is not judged where it is switched off', () => {
    expect(rejections(nested(100), { depth: false })).toEqual([]);
  });
});

describe('aliases', () => {
  const text = '{ x: a { ...F } y: a { ...F } } fragment F on Query { one: b two: b }';

  it('are counted where fragments put them', () => {
    expect(rejections(text, { aliases: 6 })).toEqual([]);
    expect(rejections(text, { aliases: 5 })).toEqual([
      { message: 'The operation has 6 aliases; the limit is 5.', code: 'MAX_ALIASES_EXCEEDED', limit: 5, value: 6 },
    ]);
    expect(rejections(text, { aliases: false })).toEqual([]);
  });
});

describe('root fields', () => {
  const text = '{ b ...F ... { c: b } } fragment F on Query { d: b a { b } }';

  it('are counted on the first level, through fragments', () => {
    expect(rejections(text, { rootFields: 4 })).toEqual([]);
    expect(rejections(text, { rootFields: 3 })).toEqual([
      {
        message: 'The operation has 4 root fields; the limit is 3.',
        code: 'MAX_ROOT_FIELDS_EXCEEDED',
        limit: 3,
        value: 4,
      },
    ]);
    expect(rejections(text, { rootFields: false })).toEqual([]);
  });
});

describe('directives', () => {
  const text = `query ($x: Boolean! @v) @o { b @skip(if: $x) @include(if: $x) ...F @s ... @i { c: b } }
    fragment F on Query @f { d: b @skip(if: $x) }`;

  it('are counted wherever they stand', () => {
    expect(rejections(text, { directives: 8 })).toEqual([]);
    expect(rejections(text, { directives: 7 })).toEqual([
      {
        message: 'The operation has 8 directives; the limit is 7.',
        code: 'MAX_DIRECTIVES_EXCEEDED',
        limit: 7,
        value: 8,
      },
    ]);
    expect(rejections(text, { directives: false })).toEqual([]);
  });
});

describe('fragment bombs', () => {
  /** Each fragment holds the next one twice: 2 to the power of `levels` at the end. */
  function bomb(levels: number, end: string): string {
    const fragments = Array.from(
      { length: levels },
      (_, level) => `fragment F${level} on Query { a { ...F${level + 1} } c: a { ...F${level + 1} } }`,
    );
    return `{ ...F0 } ${fragments.join(' ')} fragment F${levels} on Query { ${end} }`;
  }

  it('are counted as often as they would stand in the operation', () => {
    expect(rejections(bomb(20, 'b'), { depth: false })).toMatchObject([
      { code: 'MAX_ALIASES_EXCEEDED', value: 2 ** 20 - 1 },
    ]);
    expect(rejections(bomb(20, 'b @skip(if: true)'), { depth: false, aliases: false })).toMatchObject([
      { code: 'MAX_DIRECTIVES_EXCEEDED', value: 2 ** 20 },
    ]);
  });

  it('are rejected without being expanded, however large', () => {
    const codes = rejections(bomb(500, 'x: b @skip(if: true)'), {}).map(({ code, value }) => [code, value]);
    expect(codes).toEqual([
      ['MAX_DEPTH_EXCEEDED', 501],
      ['MAX_ALIASES_EXCEEDED', Number.MAX_SAFE_INTEGER],
      ['MAX_DIRECTIVES_EXCEEDED', Number.MAX_SAFE_INTEGER],
    ]);
  });

  it('are counted on the first level too', () => {
    const fragments = Array.from(
      { length: 50 },
      (_, level) => `fragment F${level} on Query { ...F${level + 1} ...F${level + 1} }`,
    );
    expect(rejections(`{ ...F0 } ${fragments.join(' ')} fragment F50 on Query { b }`, {})).toMatchObject([
      { code: 'MAX_ROOT_FIELDS_EXCEEDED', value: 2 ** 50 },
    ]);
  });

  it('come to an end where fragments go in circles', () => {
    const circle = '{ ...A } fragment A on Query { a { ...B } } fragment B on Query { x: a { ...A ...B } }';
    expect(rejections(circle, {})).toEqual([]);
    expect(rejections('{ ...A } fragment A on Query { ...A }', {})).toEqual([]);
  });
});

describe('introspection', () => {
  it('passes as clients send it, with a depth of its own', () => {
    for (const typeDepth of [7, 9]) {
      const query = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, typeDepth } as object);
      expect(rejections(query, { depth: 3 })).toEqual([]);
    }
  });

  it('does not pass at any depth', () => {
    const ofType = (levels: number) =>
      `{ __type(name: "Query") { ${'ofType { '.repeat(levels - 2)} name ${'} '.repeat(levels - 2)} } }`;
    expect(rejections(ofType(20), {})).toEqual([]);
    expect(rejections(ofType(21), {})).toEqual([
      {
        message: 'The introspection is 21 levels deep; the limit is 20.',
        code: 'MAX_DEPTH_EXCEEDED',
        limit: 20,
        value: 21,
      },
    ]);
  });

  it('does not take other fields out of the depth', () => {
    expect(rejections('{ a { a { a { b } } } __schema { description } }', { depth: 3 })).toMatchObject([
      { code: 'MAX_DEPTH_EXCEEDED', limit: 3, value: 4 },
    ]);
  });

  it.each([
    '{ __schema { description } }',
    '{ b x: __type(name: "Query") { name } }',
    '{ ...F } fragment F on Query { ... { __schema { description } } }',
    'query One { b } query Two { __schema { description } }',
    print(parse(getIntrospectionQuery())),
  ])('is rejected where it is switched off: %s', (text) => {
    expect(rejections(text, { introspection: false })).toMatchObject([{ code: 'INTROSPECTION_DISABLED' }]);
  });

  it('always allows __typename', () => {
    expect(rejections('{ __typename a { __typename } }', { introspection: false })).toEqual([]);
  });
});

describe('conditions', () => {
  it('counts the variables in @skip and @include once each, in fragments too', () => {
    const text = `query ($a: Boolean!, $b: Boolean!, $c: Int) { b(x: $c) @skip(if: $a) x: b @include(if: $a) ...F }
      fragment F on Query { b @include(if: $b) @skip(if: true) }`;
    expect(rejections(text, { conditions: 2 })).toEqual([]);
    expect(rejections(text, { conditions: 1 })).toEqual([
      {
        message: 'The document has 2 variables in @skip and @include; the limit is 1.',
        ...{ code: 'MAX_CONDITIONS_EXCEEDED', limit: 1, value: 2 },
      },
    ]);
    expect(rejections(text, { conditions: false })).toEqual([]);
  });
});

it('reports every limit that is exceeded, with its place', () => {
  const document = parse(`query Large { ${nested(4).slice(1, -2)} x: b y: b }`);
  const limits = { ...limitsSection.parse({}), depth: 3, aliases: 1, rootFields: 2 };
  const errors = createDocumentLimits(limits)(schema, document, unlimitedSteps());
  expect(errors.map(({ extensions }) => extensions.code)).toEqual([
    'MAX_DEPTH_EXCEEDED',
    'MAX_ALIASES_EXCEEDED',
    'MAX_ROOT_FIELDS_EXCEEDED',
  ]);
  expect(errors.map(({ locations }) => locations)).toEqual(errors.map(() => [{ line: 1, column: 1 }]));
});
