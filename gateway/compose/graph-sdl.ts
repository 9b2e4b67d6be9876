// SDL of the graph and of views: sorted, with the directives of services that are meant for client compilers.
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  type ConstDirectiveNode,
  type ConstValueNode,
  GraphQLDirective,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import { declaredDirectives } from './declared-directives.ts';
import { defaultLiteral, holdsCustomScalar } from './default-literals.ts';
import {
  argumentCoordinate,
  directiveArgumentOf,
  elementsOf,
  inputValuesOf,
  memberCoordinate,
} from './schema-elements.ts';

/**
 * Directives that client compilers read and that have no effect in services. A guarantee, such as `@semanticNonNull` (a
 * null is always an error), holds for a shared part only where every source declares it.
 */
const clientDirectives: ReadonlySet<string> = new Set(['semanticNonNull', 'semanticNonNullField']);

/** By coordinate. */
export type AppliedDirectives = ReadonlyMap<string, readonly ConstDirectiveNode[]>;

/** Directives for client compilers that every source of a coordinate applies to it. */
export function appliedClientDirectives(sources: readonly GraphQLSchema[]): AppliedDirectives {
  const applied = new Map<string, ConstDirectiveNode[]>();
  for (const source of sources) {
    for (const element of elementsOf(source)) {
      const own = declaredDirectives(element.node).filter(({ name }) => clientDirectives.has(name.value));
      const texts = new Set(own.map(print));
      const known = applied.get(element.coordinate);
      applied.set(element.coordinate, known ? known.filter((directive) => texts.has(print(directive))) : own);
    }
  }
  for (const [coordinate, directives] of applied) if (directives.length === 0) applied.delete(coordinate);
  return applied;
}

/**
 * A schema's SDL, sorted.
 * @param applied directives, by the coordinates of `schema`.
 */
export function printGraph(schema: GraphQLSchema, applied: AppliedDirectives): string {
  return `${printExactly(lexicographicSortSchema(schema), applied)}\n`;
}

/**
 * Adds the SDL to a graph or a view. It is printed when it is first read: a start does not need it, and a large schema
 * takes half a second.
 */
export function withSdl<Parts extends object>(parts: Parts, print: () => string): Parts & { readonly sdl: string } {
  let sdl: string | undefined;
  const get = () => {
    sdl ??= print();
    return sdl;
  };
  return Object.defineProperty(parts, 'sdl', { enumerable: true, configurable: true, get }) as Parts & { sdl: string };
}

/** A copy with changed parts, in which an SDL that has not been printed is still not printed. */
export function withChanges<Parts extends object>(parts: Parts, changes: Partial<Parts>): Parts {
  return Object.defineProperties({} as Parts, {
    ...Object.getOwnPropertyDescriptors(parts),
    ...Object.getOwnPropertyDescriptors(changes),
  });
}

/** A schema's SDL, with the exact literals of default values that contain custom scalars. */
export function printExactly(schema: GraphQLSchema, applied: AppliedDirectives = new Map()): string {
  const defaults = new Map<string, ConstValueNode>();
  for (const { coordinate, node } of inputValuesOf(schema)) {
    if (node.defaultValue === undefined || !holdsCustomScalar(node.type)) continue;
    const literal = defaultLiteral(node);
    if (literal) defaults.set(coordinate, literal);
  }
  if (defaults.size === 0 && applied.size === 0) return printSchema(schema);
  return withParts(printSchema(defaults.size === 0 ? schema : withoutDefaults(schema, defaults)), applied, defaults);
}

/** Removed because GraphQL.js cannot print each of them. */
function withoutDefaults(schema: GraphQLSchema, taken: ReadonlyMap<string, unknown>): GraphQLSchema {
  const without = <Config extends { defaultValue?: unknown }>(config: Config, coordinate: string): Config =>
    taken.has(coordinate) ? { ...config, defaultValue: undefined } : config;
  const withArguments = (args: GraphQLFieldConfigArgumentMap, coordinateOf: (name: string) => string) =>
    Object.fromEntries(Object.entries(args).map(([name, config]) => [name, without(config, coordinateOf(name))]));
  return mapSchema(schema, {
    [MapperKind.FIELD]: (config, name, type) =>
      'args' in config && config.args
        ? { ...config, args: withArguments(config.args, (argument) => argumentCoordinate(type, name, argument)) }
        : undefined,
    [MapperKind.INPUT_OBJECT_FIELD]: (config, name, type) => without(config, memberCoordinate(type, name)),
    [MapperKind.DIRECTIVE]: (directive) => {
      const config = directive.toConfig();
      const args = withArguments(config.args, (argument) => directiveArgumentOf(directive.name, argument));
      return new GraphQLDirective({ ...config, args });
    },
  });
}

/** The SDL with directives and default values added, each at its coordinate. */
function withParts(sdl: string, applied: AppliedDirectives, defaults: ReadonlyMap<string, ConstValueNode>): string {
  const add = <Node extends { readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
    node: Node,
    coordinate: string,
  ): Node => {
    const directives = applied.get(coordinate);
    return directives ? { ...node, directives: [...(node.directives ?? []), ...directives] } : node;
  };
  const addToInput = (node: InputValueDefinitionNode, coordinate: string) => {
    const defaultValue = defaults.get(coordinate);
    return add(defaultValue ? { ...node, defaultValue } : node, coordinate);
  };
  return print({
    kind: Kind.DOCUMENT,
    definitions: parse(sdl, { noLocation: true }).definitions.map((definition) => {
      if (!('name' in definition) || !definition.name) return definition;
      const type = definition.name.value;
      if (definition.kind === Kind.DIRECTIVE_DEFINITION) {
        const args = definition.arguments?.map((node) => addToInput(node, directiveArgumentOf(type, node.name.value)));
        return { ...definition, arguments: args };
      }
      let field = '';
      const visited = visit(definition, {
        [Kind.FIELD_DEFINITION]: {
          enter: ({ name }) => {
            field = name.value;
          },
          leave: (node) => {
            field = '';
            return add(node, memberCoordinate(type, node.name.value));
          },
        },
        [Kind.INPUT_VALUE_DEFINITION]: (node) =>
          addToInput(
            node,
            field === '' ? memberCoordinate(type, node.name.value) : argumentCoordinate(type, field, node.name.value),
          ),
        [Kind.ENUM_VALUE_DEFINITION]: (node) => add(node, memberCoordinate(type, node.name.value)),
      });
      return add(visited as typeof definition & { directives?: readonly ConstDirectiveNode[] }, type);
    }),
  });
}
