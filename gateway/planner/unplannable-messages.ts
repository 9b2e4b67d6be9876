// Messages on unplannable fields: warnings for the log, or problems with a remedy that stop composition.
import { Kind, OperationTypeNode, print, type SelectionSetNode } from 'graphql';
import type { Graph } from '../compose/graph.ts';
import type { GraphModel } from './model.ts';
import { modelOf } from './models.ts';
import { PathFinder } from './paths.ts';
import { findUnplannable, type Unplannable, type UnplannableField } from './unplannable.ts';

const MAX_WARNINGS = 20;

interface Checked extends Unplannable {
  model: GraphModel;
}

/** Of a graph, problems and warnings are found together. */
const checked = new WeakMap<Graph, Checked>();

function checkedOnce(graph: Graph): Checked {
  let found = checked.get(graph);
  if (!found) {
    const model = modelOf(graph);
    found = { model, ...findUnplannable(model) };
    checked.set(graph, found);
  }
  return found;
}

/** Warnings for the log, one sentence each. */
export function unplannableWarnings(graph: Graph): string[] {
  const { fields, isWhole } = checkedOnce(graph);
  const warnings = fields
    .slice(0, MAX_WARNINGS)
    .map(
      ({ coordinate, reason, example }) =>
        `${coordinate} cannot always be planned: ${reason}, as in "${example}". Such operations are rejected`,
    );
  if (fields.length > MAX_WARNINGS)
    warnings.push(`${fields.length - MAX_WARNINGS} more fields cannot always be planned`);
  if (!isWhole)
    warnings.push(
      'not all of the graph was checked for fields that cannot be planned: it is too large, or there are too many',
    );
  return warnings;
}

/** Problems, each with a remedy: a client that selects such a field would get null, or an error. */
export function unplannableProblems(graph: Graph): string[] {
  const { model, fields: all } = checkedOnce(graph);
  // A mutation or subscription type below the root has no objects to look up: there is nothing to add. A field that no
  // subgraph serves uses a feature that
  // is not supported, for which there is a warning of its own.
  const fields = all.filter(({ type, coordinate }) => {
    const name = coordinate.slice(type.length + 1);
    return !isRootType(model, type) && model.serving(type, name).length > 0;
  });
  const problems = fields.slice(0, MAX_WARNINGS).map((field) => {
    const { coordinate, example, servers, from } = field;
    return `${coordinate} of ${servers.join(' and ') || from} cannot be reached in "${example}": ${remedyFor(model, field)}`;
  });
  if (fields.length > MAX_WARNINGS) problems.push(`${fields.length - MAX_WARNINGS} more fields cannot be reached`);
  return problems;
}

function isRootType({ schema }: GraphModel, name: string): boolean {
  return Object.values(OperationTypeNode).some((operation) => schema.getRootType(operation)?.name === name);
}

function remedyFor(model: GraphModel, { coordinate, type, from, servers, reason }: UnplannableField): string {
  const [server] = servers;
  const name = coordinate.slice(type.length + 1);
  if (server === undefined || servers.every((each) => model.contextArguments(each, type, name))) return reason;
  const required = model.requiredFor(server, type, name);
  const source = { subgraph: from, typeName: type, provided: undefined };
  if (required && !Number.isFinite(new PathFinder(model).rounds(source, required))) {
    return (
      `it is computed from ${textOf(required)}, which cannot be known of an object from ${from}; let ${from} serve ` +
      `that, or another service that finds ${type} by a key that is there`
    );
  }
  const entityResolvers = model.entityResolvers(server, type);
  if (typeof entityResolvers === 'string') return entityResolvers;
  const isFederated = model.isFederated(server);
  if (entityResolvers.length === 0) {
    if (isFederated) {
      return (
        `${server} has no key for ${type}; add @key(fields: "${keyIn(model, from, type)}") to ${type} there, or let ` +
        `${from} serve the field too (@shareable)`
      );
    }
    const field = `_${type[0]?.toLowerCase()}${type.slice(1)}s`;
    return (
      `${server} has no lookup for ${type}; add one to its Query, such as ` +
      `${field}(ids: [ID!]!): [${type}]! @merge(keyField: "id")`
    );
  }
  if (entityResolvers.every(({ isWithoutKey }) => isWithoutKey)) {
    return (
      `${server} finds ${type} by the inputs of its computed fields alone; add keyField to @merge, or ` +
      `@key(selectionSet: "{ id }") to type ${type} there`
    );
  }
  const keys = entityResolvers.map(({ key }) => textOf(key)).join(' or ');
  return (
    `${server} finds ${type} by ${keys}, which cannot be known of an object from ${from}; ` +
    `add the key to ${type} in ${from}, or ${isFederated ? 'a @key' : 'a lookup'} to ${server} by ` +
    `${isFederated ? 'fields that are' : 'a key that is'} there`
  );
}

/** A key that can be known of an object from a subgraph: that of another subgraph, or its `id`. */
function keyIn(model: GraphModel, from: string, type: string): string {
  for (const subgraph of [from, ...model.subgraphs.keys()]) {
    const entityResolvers = model.entityResolvers(subgraph, type);
    if (typeof entityResolvers === 'string') continue;
    const known = entityResolvers.find(({ key }) => namesIn(key).every((name) => model.fieldIn(from, type, name)));
    if (known)
      return textOf(known.key)
        .replace(/^\{ (__typename )?/, '')
        .replace(/ \}$/, '');
  }
  return 'id';
}

function namesIn({ selections }: SelectionSetNode): string[] {
  return selections.flatMap((selection) =>
    selection.kind === Kind.FIELD && selection.name.value !== '__typename' ? [selection.name.value] : [],
  );
}

function textOf(key: SelectionSetNode): string {
  return print(key).replaceAll(/\s+/g, ' ');
}
