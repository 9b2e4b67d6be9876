// A subschema with transforms of its own: requests are transformed on the way up, results on the way down.
import type { DelegationContext, SubschemaConfig, Transform } from '@graphql-tools/delegate';
import type { ExecutionRequest, ExecutionResult, Executor } from '@graphql-tools/utils';
import type { GraphQLSchema } from 'graphql';
import type { LocalTarget } from './target.ts';

/** @param transformed the subschema's schema as the graph sees it. */
export function transformedTarget(
  config: SubschemaConfig,
  transformed: GraphQLSchema,
  executor: Executor,
): LocalTarget {
  // The graph's side comes first on the way up, and last on the way down.
  const transforms: Transform[] = [...(config.transforms ?? [])].reverse();
  const delegation = {
    subschema: config,
    subschemaConfig: config,
    targetSchema: config.schema,
    transformedSchema: transformed,
    transforms: config.transforms ?? [],
    skipTypeMerging: true,
  } as unknown as DelegationContext;
  return {
    kind: 'local',
    execute: async (original) => {
      const steps = transforms.map((transform) => ({ transform, context: {} }));
      let request: ExecutionRequest = original;
      for (const { transform, context } of steps) {
        request = transform.transformRequest?.(request, delegation, context) ?? request;
      }
      let result = (await executor(request)) as ExecutionResult;
      for (const { transform, context } of steps.reverse()) {
        result = transform.transformResult?.(result, delegation, context) ?? result;
      }
      return result;
    },
  };
}
