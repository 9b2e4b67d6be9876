// Stitched execution: the subschemas of a graph as `@graphql-tools/stitch` merges and executes them, by graphql-js. An
// oracle for what the engine executes by plans.
import { delegateToSchema, type ICreateProxyingResolverOptions, type SubschemaConfig } from '@graphql-tools/delegate';
import { stitchSchemas, ValidationLevel } from '@graphql-tools/stitch';
import {
  type ExecutionRequest,
  type ExecutionResult,
  type Executor,
  MapperKind,
  mapSchema,
  visitResult,
} from '@graphql-tools/utils';
import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { readLiteralsExactly } from '../../gateway/compose/exact-literals.ts';
import type { Graph } from '../../gateway/compose/graph.ts';
import type { ServiceNames } from '../../gateway/compose/renames/service-names.ts';
import { holdsNumberText } from '../../gateway/json/json-values.ts';
import { NumberText } from '../../gateway/json/number-text.ts';

/**
 * The schema of clients, with stitching's resolvers.
 * @param executorOf the executor of a service, by its name; null for a subschema with resolvers.
 */
export function stitchedSchema(
  { schema: clientSchema, subschemas, serviceNames }: Graph,
  executorOf: (name: string) => Executor | null,
): GraphQLSchema {
  const executable = subschemas.map((subschema): SubschemaConfig => {
    const { name = '', schema } = subschema;
    const executor = executorOf(name);
    const names = serviceNames?.get(name);
    const renamed = executor && names ? renamingExecutor(executor, names) : executor;
    return {
      ...subschema,
      createProxyingResolver: sendGivenArguments,
      ...(renamed && { executor: withPlainNumbers(schema, renamed), batch: true }),
    };
  });
  const typeMergingOptions = { validationSettings: { validationLevel: ValidationLevel.Off } };
  const stitched = stitchSchemas({ subschemas: executable, typeMergingOptions });
  const resolving = mapSchema(clientSchema, {
    [MapperKind.OBJECT_FIELD]: (config, name, typeName) => {
      const type = stitched.getType(typeName);
      return { ...config, resolve: isObjectType(type) ? type.getFields()[name]?.resolve : undefined };
    },
  });
  resolving.extensions = stitched.extensions;
  return readLiteralsExactly(resolving);
}

/** An executor that accepts requests in the graph's names. */
function renamingExecutor(executor: Executor, names: ServiceNames): Executor {
  return async (request: ExecutionRequest): Promise<ExecutionResult> => {
    const { document, mapVariables, mapData } = names.request(request.document);
    const variables = request.variables && mapVariables ? mapVariables(request.variables) : request.variables;
    const result = (await executor({ ...request, document, variables })) as ExecutionResult;
    if (mapData) mapData(result.data);
    return result;
  };
}

/**
 * `@graphql-tools/delegate` sends every argument that graphql-js coerced, defaults included. Arguments that the
 * operation leaves out are removed again, so that the service applies its own defaults.
 */
function sendGivenArguments({
  subschemaConfig,
  operation,
}: ICreateProxyingResolverOptions): GraphQLFieldResolver<unknown, Record<string, unknown>> {
  return (rootValue, args: Record<string, unknown>, context, info) => {
    const given = new Set(info.fieldNodes[0]?.arguments?.map(({ name }) => name.value));
    return delegateToSchema({
      schema: subschemaConfig,
      ...(operation && { operation }),
      rootValue,
      args: Object.fromEntries(Object.entries(args).filter(([name]) => given.has(name))),
      context,
      info,
    });
  };
}

const toNumber = (value: unknown) => (value instanceof NumberText ? value.toNumber() : value);
const toText = (value: unknown) => (value instanceof NumberText ? String(value) : value);

const visitors = { Int: toNumber, Float: toNumber, Boolean: toNumber, String: toText, ID: toText };

/** An executor whose results contain `NumberText` only in custom scalars: the library makes a null of others. */
function withPlainNumbers(schema: GraphQLSchema, executor: Executor): Executor {
  return async (request: ExecutionRequest) => {
    const result = (await executor(request)) as ExecutionResult;
    if (!('data' in result) || !holdsNumberText(result.data)) return result;
    return visitResult({ ...result }, request, schema, visitors, undefined) as ExecutionResult;
  };
}
