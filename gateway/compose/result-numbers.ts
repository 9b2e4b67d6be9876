// Numbers in results for fallback execution, whose library passes values of GraphQL's own scalars through `parseValue`: that
// takes no `NumberText`, and its failure is a null without an error.
import { type ExecutionRequest, type ExecutionResult, type Executor, visitResult } from '@graphql-tools/utils';
import type { GraphQLSchema } from 'graphql';
import { holdsNumberText } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';

const toNumber = (value: unknown) => (value instanceof NumberText ? value.toNumber() : value);
const toText = (value: unknown) => (value instanceof NumberText ? String(value) : value);

const visitors = { Int: toNumber, Float: toNumber, Boolean: toNumber, String: toText, ID: toText };

/** An executor whose results have a `NumberText` at places of custom scalars only. @param schema what it executes. */
export function withPlainNumbers(schema: GraphQLSchema, executor: Executor): Executor {
  return async (request: ExecutionRequest) => {
    const result = (await executor(request)) as ExecutionResult;
    if (!('data' in result) || !holdsNumberText(result.data)) return result;
    return visitResult({ ...result }, request, schema, visitors, undefined) as ExecutionResult;
  };
}
