// Limits on reading documents: a document is rejected before it is validated, planned or cached.
import { buildSchema, GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { limitsSection } from '../../gateway/config/limits.ts';
import { DocumentStore, type DocumentStoreOptions } from '../../gateway/engine/document-store.ts';
import type { CompiledPlan } from '../../gateway/execute/compiled-plan.ts';
import { createDocumentLimits } from '../../gateway/policy/limits/document-limits.ts';

const schema = buildSchema('type Query { name: String  me: Query  tier(of: Tier): Int } enum Tier { GOLD SILVER }');
const compile = () => ({ fields: 1 }) as unknown as CompiledPlan;

const open = (options: Partial<DocumentStoreOptions> = {}) =>
  new DocumentStore({ schema, compile, maxDocuments: 100, maxBytes: 1e7, ...options });

const messagesOf = (store: DocumentStore, text: string) => store.get(text).errors?.map(({ message }) => message);

describe('tokens', () => {
  it('are counted up to the limit, comments and commas not among them', () => {
    const store = open({ maxTokens: 5 });
    expect(store.get('{ name, name, # a comment\n name }').errors).toBeNull();
    const [error] = store.get('{ name name name name }').errors ?? [];
    expect(error).toMatchObject({
      message: 'The document has 6 tokens or more; the limit is 5.',
      extensions: { code: 'TOKEN_LIMIT_EXCEEDED', limit: 5, value: 6 },
    });
  });

  it('have no limit where none is given', () => {
    expect(open().get(`{ ${'name '.repeat(10_000)} }`).document).not.toBeNull();
  });

  it('are not blamed for a syntax error that speaks of them', () => {
    const [error] = open({ maxTokens: 5 }).get('"Document contains more that 5 tokens. Parsing aborted."').errors ?? [];
    expect(error?.message).toMatch(/^Syntax Error: Unexpected/);
    expect(error?.extensions.code).toBeUndefined();
  });
});

describe('suggestions', () => {
  it.each(['{ nam }', '{ tier(off: GOLD) }', '{ tier(of: GOLDEN) }', 'query ($t: Tie) { tier(of: $t) }'])(
    'stand in errors unless they are hidden: %s',
    (text) => {
      expect(messagesOf(open(), text)?.join()).toMatch(/Did you mean/);
      expect(messagesOf(open({ hideSuggestions: true }), text)?.join()).not.toMatch(/Did you mean/);
    },
  );
});

describe('rules', () => {
  it('run before validation, and a document that they reject is not validated', () => {
    const store = open({ rules: () => [new GraphQLError('Rejected.')] });
    const document = store.get('{ nothing }');
    expect(document.errors?.map(({ message }) => message)).toEqual(['Rejected.']);
    expect(document.document).toBeNull();
    expect(document.operation(undefined)).toBeUndefined();
  });

  it('let other documents pass', () => {
    const store = open({ rules: () => [] });
    expect(store.get('{ name }').errors).toBeNull();
    expect(messagesOf(store, '{ nothing }')).toEqual(['Cannot query field "nothing" on type "Query".']);
  });

  it('may run out of stack, which is reported as for any document that is nested too deeply', () => {
    const fragments = Array.from({ length: 30_000 }, (_, index) => `fragment F${index} on Query { ...F${index + 1} }`);
    const text = `{ ...F0 } ${fragments.join(' ')} fragment F30000 on Query { name }`;
    const store = open({ rules: createDocumentLimits(limitsSection.parse({})), maxBytes: 1e9 });
    expect(messagesOf(store, text)).toEqual(['The document is nested too deeply.']);
  });

  it('reject a document that would take validation very long', () => {
    const bomb = Array.from(
      { length: 300 },
      (_, index) =>
        `fragment F${index} on Query { a${index}: me { ...F${index + 1} } b${index}: me { ...F${index + 1} } }`,
    );
    const store = open({ rules: createDocumentLimits(limitsSection.parse({})) });
    const { errors } = store.get(`{ ...F0 } ${bomb.join(' ')} fragment F300 on Query { name }`);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['MAX_DEPTH_EXCEEDED', 'MAX_ALIASES_EXCEEDED']);
  });
});

describe('long documents', () => {
  it('do not evict the others, whether they are rejected or not', () => {
    const store = open({ maxTokens: 1000 });
    const short = store.get('{ name }');
    for (let number = 0; number < 20; number += 1) {
      store.get(`{ x${number}: ${'name '.repeat(10_000)} }`);
      store.get(`{ y${number}: name } #${' '.repeat(50_000)}`);
    }
    expect(store.get('{ name }')).toBe(short);
    expect(store.size.documents).toBe(1);
  });

  it('take little room where they are rejected for their tokens', () => {
    const store = open({ maxTokens: 10 });
    store.get(`{ ${'name '.repeat(1000)} }`);
    expect(store.size.documents).toBe(1);
    expect(store.size.bytes).toBeLessThan(20_000);
  });
});
