// Messages on unplannable fields: warnings for the log, or problems with a remedy that stop composition.
import { OperationTypeNode, print } from 'graphql';
import type { GraphModel } from './model.ts';
import { findUnplannable } from './unplannable.ts';

const MAX_WARNINGS = 20;

/** Warnings for the log, one sentence each. */
export function unplannableWarnings(model: GraphModel): string[] {
  const { fields, isWhole } = findUnplannable(model);
  const warnings = fields
    .slice(0, MAX_WARNINGS)
    .map(
      ({ coordinate, reason, example }) =>
        `${coordinate} cannot always be planned: ${reason}, as in "${example}". Fallback execution is slower, and not ` +
        'available for client views, subscriptions and operations with unauthorized fields',
    );
  if (fields.length > MAX_WARNINGS)
    warnings.push(`${fields.length - MAX_WARNINGS} more fields cannot always be planned`);
  if (!isWhole)
    warnings.push(
      'not all of the graph was checked for fields that cannot be planned: it is too large, or there are too many',
    );
  return warnings;
}

/** Problems, each with a remedy: a client that selects such a field would get null. */
export function unplannableProblems(model: GraphModel): string[] {
  // Fields of a root type below the root are fetched by stitching.
  const fields = findUnplannable(model).fields.filter(({ type }) => !isRootType(model, type));
  const problems = fields.slice(0, MAX_WARNINGS).map(({ coordinate, reason, example, type, from, servers }) => {
    const [server] = servers;
    const remedy = server === undefined ? reason : remedyFor(model, type, from, server);
    return `${coordinate} of ${servers.join(' and ') || from} cannot be reached in "${example}": ${remedy}`;
  });
  if (fields.length > MAX_WARNINGS) problems.push(`${fields.length - MAX_WARNINGS} more fields cannot be reached`);
  return problems;
}

function isRootType({ schema }: GraphModel, name: string): boolean {
  return Object.values(OperationTypeNode).some((operation) => schema.getRootType(operation)?.name === name);
}

function remedyFor(model: GraphModel, type: string, from: string, server: string): string {
  const entityResolvers = model.entityResolvers(server, type);
  if (typeof entityResolvers === 'string') return entityResolvers;
  if (entityResolvers.length === 0) {
    const field = `_${type[0]?.toLowerCase()}${type.slice(1)}s`;
    return (
      `${server} has no lookup for ${type}; add one to its Query, such as ` +
      `${field}(ids: [ID!]!): [${type}]! @merge(keyField: "id")`
    );
  }
  const keys = entityResolvers.map(({ key }) => print(key).replaceAll(/\s+/g, ' ')).join(' or ');
  return (
    `${server} finds ${type} by ${keys}, which cannot be known of an object from ${from}; ` +
    `add the key to ${type} in ${from}, or a lookup to ${server} by a key that is there`
  );
}
