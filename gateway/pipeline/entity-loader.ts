// Entity loader: loads entities by id for resolvers of the gateway's own fields, as one nested operation for many ids.
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { NestedExecution } from './nested-execution.ts';
import type { RequestContext } from './request-context.ts';
import type { Loaded } from './request-loads.ts';

export class EntityLoader {
  readonly #nested: NestedExecution;
  readonly #idTypes: ReadonlyMap<string, string>;

  /**
   * @param nested nested execution on the load graph.
   * @param idTypes type of the id, by the name of each type that can be loaded.
   */
  constructor(nested: NestedExecution, idTypes: ReadonlyMap<string, string>) {
    this.#nested = nested;
    this.#idTypes = idTypes;
  }

  /**
   * Loads entities with the authorization of the request's caller.
   * @param selection the fields, such as `{ id name }`; braces are optional.
   * @returns one result for each id, in order.
   * @throws Error for a type that cannot be loaded, or an invalid selection.
   */
  async load(type: string, ids: readonly unknown[], selection: string, context: RequestContext): Promise<Loaded[]> {
    const idType = this.#idTypes.get(type);
    if (!idType) {
      const known = [...this.#idTypes.keys()].sort().join(', ') || 'none';
      throw new Error(`context.load: objects of "${type}" cannot be loaded by an id. Types that can: ${known}.`);
    }
    const fields = selection.trim();
    const braced = fields.startsWith('{') ? fields : `{ ${fields} }`;
    const query = `query ($ids: [${idType}!]!) { ${type}(ids: $ids) ${braced} }`;
    const problem = this.#nested.problemOf(query);
    if (problem) throw new Error(`context.load: the selection "${selection}" of ${type} is wrong: ${problem}`);
    return loadedOf(type, ids.length, await this.#nested.executeNested(query, { ids }, context));
  }
}

/** An error below one id applies to that id; any other applies to all. */
function loadedOf(type: string, count: number, { data, errors = [] }: ExecutionResult): Loaded[] {
  const byIndex = new Map<unknown, GraphQLError>();
  let ofAll: GraphQLError | undefined;
  for (const error of errors) {
    const index = error.path?.[1];
    if (typeof index !== 'number') ofAll ??= error;
    else if (!byIndex.has(index)) byIndex.set(index, error);
  }
  const list = data?.[type];
  return Array.from({ length: count }, (_, index) => {
    const error = ofAll ?? byIndex.get(index);
    // Without the path, which is that of the nested operation.
    if (error) return new GraphQLError(error.message, { extensions: error.extensions });
    return Array.isArray(list) ? (list[index] ?? null) : null;
  });
}
