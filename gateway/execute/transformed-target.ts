// A subschema with transforms of its own: requests are transformed on the way up, results on the way down.
import type { DelegationContext, SubschemaConfig, Transform } from '@graphql-tools/delegate';
import type { ExecutionRequest, ExecutionResult, Executor } from '@graphql-tools/utils';
import type { GraphQLSchema } from 'graphql';
import type { SubgraphAnswer } from '../transport/subgraph-client.ts';
import { isEventSource, mapEvents } from './event-source.ts';
import type { LocalTarget } from './target.ts';

/** @param transformedSchema the subschema's schema as the graph sees it. */
export function transformedTarget(
  config: SubschemaConfig,
  transformedSchema: GraphQLSchema,
  executor: Executor,
  subscribe: LocalTarget['subscribe'],
): LocalTarget {
  // The graph's side comes first on the way up, and last on the way down.
  const transforms: Transform[] = [...(config.transforms ?? [])].reverse();
  const delegation = {
    subschema: config,
    subschemaConfig: config,
    targetSchema: config.schema,
    transformedSchema,
    transforms: config.transforms ?? [],
    skipTypeMerging: true,
  } as unknown as DelegationContext;
  const transformed = (original: ExecutionRequest) => {
    const steps = transforms.map((transform) => ({ transform, context: {} }));
    let request = original;
    for (const { transform, context } of steps) {
      request = transform.transformRequest?.(request, delegation, context) ?? request;
    }
    const back = (result: ExecutionResult): ExecutionResult =>
      steps.reduceRight<ExecutionResult>(
        (changed, { transform, context }) => transform.transformResult?.(changed, delegation, context) ?? changed,
        result,
      );
    return { request, back };
  };
  return {
    kind: 'local',
    execute: async (original) => {
      const { request, back } = transformed(original);
      return back((await executor(request)) as ExecutionResult);
    },
    subscribe: async (original) => {
      const { request, back } = transformed(original);
      const started = await subscribe(request);
      if (!isEventSource(started)) return back(started);
      return mapEvents(started, (event) => back(event as ExecutionResult) as SubgraphAnswer);
    },
  };
}
