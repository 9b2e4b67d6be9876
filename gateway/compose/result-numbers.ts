// Numbers in results of fallback execution: its library passes values of built-in scalars through `parseValue`, which
// does not accept `NumberText` and turns it into null without an error.
import { type ExecutionRequest, type ExecutionResult, type Executor, visitResult } from '@graphql-tools/utils';
import type { GraphQLSchema } from 'graphql';
import { holdsNumberText } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';

const toNumber = (value: unknown) => (value instanceof NumberText ? value.toNumber() : value);
const toText = (value: unknown) => (value instanceof NumberText ? String(value) : value);

const visitors = { Int: toNumber, Float: toNumber, Boolean: toNumber, String: toText, ID: toText };

/** An executor whose results contain `NumberText` only in custom scalars. @param schema the executed schema. */
export function withPlainNumbers(schema: GraphQLSchema, executor: Executor): Executor {
  return async (request: ExecutionRequest) => {
    const result = (await executor(request)) as ExecutionResult;
    if (!('data' in result) || !holdsNumberText(result.data)) return result;
    return visitResult({ ...result }, request, schema, visitors, undefined) as ExecutionResult;
  };
}
