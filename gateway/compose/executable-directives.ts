// Executable directives of services, which clients write in operations. They are sent to the services that define them
// as the graph does; the planner decides which fields of a request carry one.
import {
  DirectiveLocation,
  type GraphQLArgument,
  GraphQLDirective,
  type GraphQLInputType,
  type GraphQLNamedType,
  GraphQLSchema,
} from 'graphql';
import { defaultText } from './default-literals.ts';
import { withDefer } from './defer-directive.ts';
import { typeFromText } from './merge/type-references.ts';
import { ownDefinitions } from './sdl.ts';

/** Directives of the specification and of incremental delivery: they are not sent to services. */
const standardDirectives: ReadonlySet<string> = new Set([
  'skip',
  'include',
  'deprecated',
  'specifiedBy',
  'oneOf',
  'defer',
  'stream',
]);

/** Whether a directive is defined by services, and sent to them. */
export function isServiceDirective(name: string): boolean {
  return !standardDirectives.has(name);
}

/** Locations in which the directives of services are supported: plans have no fragments, and variables of their own. */
const sentLocations: ReadonlySet<string> = new Set([
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
]);

const unsentLocations: ReadonlySet<string> = new Set([
  DirectiveLocation.FRAGMENT_DEFINITION,
  DirectiveLocation.FRAGMENT_SPREAD,
  DirectiveLocation.INLINE_FRAGMENT,
  DirectiveLocation.VARIABLE_DEFINITION,
]);

/** A directive without its locations, as text; equal for equal definitions. */
export function directiveSignature({ name, args, isRepeatable }: GraphQLDirective): string {
  const texts = args.map((argument) => {
    const text = defaultText(argument);
    return `${argument.name}: ${argument.type}${text === null ? '' : ` = ${text}`}`;
  });
  return `@${name}(${texts.sort().join(', ')})${isRepeatable ? ' repeatable' : ''}`;
}

export interface MergedDirectives {
  /** The services' directives that clients may use in operations, by name. */
  directives: ReadonlyMap<string, GraphQLDirective>;
  /** One message each. */
  warnings: readonly string[];
}

/** Of different definitions, the graph has that of most sources; the directive is not sent to the others' services. */
export function mergeDirectives(sources: readonly { name: string; schema: GraphQLSchema }[]): MergedDirectives {
  const directives = new Map<string, GraphQLDirective>();
  const warnings: string[] = [];
  const definitions = sources.flatMap(({ name: source, schema }) =>
    schema
      .getDirectives()
      .filter(isForOperations)
      .map((directive) => ({ source, directive })),
  );
  for (const [name, all] of Map.groupBy(definitions, ({ directive }) => directive.name)) {
    const groups = [...Map.groupBy(all, ({ directive }) => directiveSignature(directive)).values()].sort(
      (one, other) => other.length - one.length || (signatureOf(one) < signatureOf(other) ? -1 : 1),
    );
    const [chosen = [], ...others] = groups;
    const left = others.flatMap((group) => group.map(({ source }) => source)).sort();
    if (left.length > 0) {
      warnings.push(`@${name} is defined differently by ${left.join(', ')}: it is not sent there`);
    }
    const locations = [...new Set(chosen.flatMap(({ directive }) => directive.locations))].sort();
    const unsent = locations.filter((location) => unsentLocations.has(location));
    if (unsent.length > 0) warnings.push(`@${name} cannot be used on ${unsent.join(', ')}: it is not sent from there`);
    const [first] = chosen;
    if (first) directives.set(name, withLocations(first.directive, locations));
  }
  return { directives, warnings: warnings.sort() };
}

function signatureOf([first]: readonly { directive: GraphQLDirective }[]): string {
  return first ? directiveSignature(first.directive) : '';
}

/** The directive as clients see it, without the unsupported locations; null where none is left. */
export function visibleDirective(
  directive: GraphQLDirective,
  merged: ReadonlyMap<string, GraphQLDirective>,
  typeOf: (text: string) => GraphQLInputType,
): GraphQLDirective | null | undefined {
  if (ownDefinitions.has(`@${directive.name}`)) return null;
  const chosen = merged.get(directive.name);
  if (!chosen) return undefined;
  const locations = chosen.locations.filter((location) => !unsentLocations.has(location));
  return locations.length === 0 ? null : withTypes(withLocations(chosen, locations), typeOf);
}

/**
 * A supergraph's subgraph with the supergraph's directives: composition preserves only those that all subgraphs define
 * (Apollo Federation, composition rules for executable directives).
 */
export function withDirectivesOf(subgraph: GraphQLSchema, supergraph: GraphQLSchema): GraphQLSchema {
  const known = new Set(subgraph.getDirectives().map(({ name }) => name));
  const typeOf = (text: string) =>
    typeFromText(text, (name) => subgraph.getType(name) ?? supergraph.getType(name)) as GraphQLInputType;
  const added = supergraph
    .getDirectives()
    .filter((directive) => !known.has(directive.name) && isForOperations(directive))
    .map((directive) => withTypes(directive, typeOf));
  if (added.length === 0) return subgraph;
  return new GraphQLSchema({ ...subgraph.toConfig(), directives: [...subgraph.getDirectives(), ...added] });
}

/** The schema with its directives as clients see them, and without types that only the hidden ones use. */
export function withVisibleDirectives(schema: GraphQLSchema): GraphQLSchema {
  const typeOf = (text: string) =>
    typeFromText(text, (name): GraphQLNamedType | undefined => schema.getType(name)) as GraphQLInputType;
  const { directives } = mergeDirectives([{ name: '', schema }]);
  const visible = schema.getDirectives().flatMap((directive) => {
    const shown = visibleDirective(directive, directives, typeOf);
    return shown === null ? [] : (shown ?? directive);
  });
  const config = schema.toConfig();
  const types = config.types.filter(({ name }) => !ownDefinitions.has(name));
  return new GraphQLSchema({ ...config, types, directives: withDefer(visible) });
}

function isForOperations({ name, locations }: GraphQLDirective): boolean {
  if (!isServiceDirective(name) || ownDefinitions.has(`@${name}`)) return false;
  return locations.some((location) => sentLocations.has(location) || unsentLocations.has(location));
}

function withLocations(directive: GraphQLDirective, locations: readonly string[]): GraphQLDirective {
  return new GraphQLDirective({ ...directive.toConfig(), locations: locations as DirectiveLocation[] });
}

function withTypes(directive: GraphQLDirective, typeOf: (text: string) => GraphQLInputType): GraphQLDirective {
  const config = directive.toConfig();
  const args = directive.args.map(({ name, type }: GraphQLArgument) => [
    name,
    { ...config.args[name], type: typeOf(String(type)) },
  ]);
  return new GraphQLDirective({ ...config, args: Object.fromEntries(args) });
}
