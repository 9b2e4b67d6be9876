// Limits of a request beside its document: the variables' bytes, and the number of operations in a batch.
import { createSchema, createYoga } from 'graphql-yoga';
import { describe, expect, it } from 'vitest';
import { batchRejection, useBatchLimit, variablesBeyond, variablesTooLarge } from './request-size.ts';

describe('variables', () => {
  const variables = { text: 'é'.repeat(10) };
  const bytes = Buffer.byteLength(JSON.stringify(variables));

  it('pass up to the limit, and are measured in bytes beyond it', () => {
    expect(variablesBeyond(variables, 1000, bytes)).toBeNull();
    expect(variablesBeyond(variables, 1000, bytes - 1)).toBe(bytes);
    expect(variablesBeyond(variables, null, bytes - 1)).toBe(bytes);
  });

  it('are not looked at where the whole body is within the limit', () => {
    const untouchable = {
      toJSON() {
        throw new Error('looked at');
      },
    };
    expect(variablesBeyond(untouchable, 100, 100)).toBeNull();
    expect(() => variablesBeyond(untouchable, 101, 100)).toThrow('looked at');
  });

  it('may be missing, or without a limit', () => {
    expect(variablesBeyond(null, 1000, 1)).toBeNull();
    expect(variablesBeyond(undefined, null, 1)).toBeNull();
    expect(variablesBeyond(variables, null, false)).toBeNull();
  });

  it('are rejected with the limit and the value', () => {
    expect(variablesTooLarge(30, 20)).toMatchObject({
      message: 'The variables take 30 bytes; the limit is 20.',
      extensions: { code: 'VARIABLES_TOO_LARGE', limit: 20, value: 30, http: { status: 413 } },
    });
  });
});

describe('a batch', () => {
  const schema = createSchema({ typeDefs: 'type Query { a: Int }', resolvers: { Query: { a: () => 1 } } });

  async function send(limit: number | false, operations: number) {
    const yoga = createYoga({
      schema,
      logging: false,
      batching: limit === false ? false : { limit },
      plugins: [useBatchLimit(limit)],
    });
    const response = await yoga.fetch('http://gateway/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Array.from({ length: operations }, () => ({ query: '{ a }' }))),
    });
    return { status: response.status, body: await response.json() };
  }

  it('is executed up to the limit', async () => {
    expect(await send(3, 3)).toEqual({ status: 200, body: Array(3).fill({ data: { a: 1 } }) });
  });

  it('is rejected with the limit and the value beyond it', async () => {
    expect(await send(3, 4)).toEqual({
      status: 413,
      body: {
        errors: [
          {
            message: 'The batch has 4 operations; the limit is 3.',
            extensions: { code: 'BATCH_LIMIT_EXCEEDED', limit: 3, value: 4 },
          },
        ],
      },
    });
  });

  it('is rejected altogether where batches are off', async () => {
    expect(await send(false, 1)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
    expect(batchRejection(1, 1)).toBeNull();
  });
});
