// Types with equal selections at one place, which are planned once together.
import { type GraphQLInterfaceType, isObjectType, type SelectionSetNode } from 'graphql';
import type { CollectedField } from './collect-fields.ts';
import type { Contexts } from './contexts.ts';
import { placeKey } from './defer-usages.ts';
import type { GraphModel } from './model.ts';
import type { PathFinder } from './paths.ts';
import { directivesOf, subgraphsSupporting } from './service-directives.ts';
import type { Visibility } from './visibility.ts';

export interface RequestedType {
  name: string;
  fields: CollectedField[];
}

export interface SelectionContext {
  model: GraphModel;
  paths: PathFinder;
  visibility: Visibility;
  contexts: Contexts;
  /** The subgraph whose response contains the objects. */
  subgraph: string;
  /** Fields that are served here although they are external elsewhere. */
  provided: SelectionSetNode | undefined;
}

/** Groups types with exactly the same selection, all of it served here. */
export function groupByEqualSelection(
  { model, paths, visibility, contexts, subgraph, provided }: SelectionContext,
  possible: readonly RequestedType[],
): RequestedType[][] {
  const supports = (field: CollectedField) => {
    const directives = directivesOf(field);
    return !directives || subgraphsSupporting(model, directives).has(subgraph);
  };
  const groups = new Map<string, RequestedType[]>();
  const nodeNumbers = new Map<unknown, number>();
  const numberOf = (node: unknown) => {
    if (!nodeNumbers.has(node)) nodeNumbers.set(node, nodeNumbers.size);
    return nodeNumbers.get(node);
  };
  for (const type of possible) {
    const source = { subgraph, typeName: type.name, provided };
    // Objects of each type may set other contexts for those below.
    const here = type.fields.every(
      (field) => paths.isHere(source, field.name) && supports(field) && !contexts.mayTakeBelow(field),
    );
    const signature = type.fields.map((field) => {
      const served = model.fieldIn(subgraph, type.name, field.name);
      const known = model.schema.getType(type.name);
      const seen = isObjectType(known) ? known.getFields()[field.name] : undefined;
      const external = model.providedBy(subgraph, type.name, field.name) ? type.name : '';
      const denied = visibility.deniedFieldOf(type.name, field) ? type.name : '';
      const { key, nodes, defers = [] } = field;
      const mentions = nodes.map((node, index) => `${numberOf(node)}${placeKey(defers[index] ?? null)}`).join(',');
      return `${key}:${mentions}:${served?.type}:${seen?.type}:${external}:${denied}`;
    });
    const key = here ? signature.join(';') : type.name;
    const group = groups.get(key) ?? [];
    group.push(type);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * True where an interface has all these fields with the very types that they have on a member, and with these
 * arguments.
 */
export function interfaceHasAll(
  { model, visibility, subgraph }: SelectionContext,
  type: GraphQLInterfaceType,
  { name: member, fields }: RequestedType,
): boolean {
  return fields.every((field) => {
    if (field.name === '__typename' || visibility.deniedFieldOf(member, field)) return true;
    const onMember = model.fieldIn(subgraph, member, field.name);
    const onInterface = type.getFields()[field.name];
    if (!onMember || String(onInterface?.type) !== String(onMember.type)) return false;
    const given = field.nodes[0]?.arguments ?? [];
    return given.every((argument) => onInterface?.args.some(({ name }) => name === argument.name.value));
  });
}
