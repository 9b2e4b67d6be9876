// SDL of the graph and of views: sorted, with the directives of services that tell clients something of a value.
import {
  type ConstDirectiveNode,
  type GraphQLSchema,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import { argumentOf, memberOf, type Part, partsOf } from './parts.ts';

/**
 * Directives that client compilers read and that change nothing in what services do. A promise, such as `@semanticNonNull`
 * (a null is always an error), holds for a shared part only where every source makes it.
 */
const clientDirectives: ReadonlySet<string> = new Set(['semanticNonNull', 'semanticNonNullField']);

/** By coordinate. */
export type AppliedDirectives = ReadonlyMap<string, readonly ConstDirectiveNode[]>;

/** The directives for clients' compilers that every source that has a coordinate puts there. */
export function appliedClientDirectives(sources: readonly GraphQLSchema[]): AppliedDirectives {
  const applied = new Map<string, ConstDirectiveNode[]>();
  for (const source of sources) {
    for (const part of partsOf(source)) {
      const own = directivesOn(part);
      const texts = new Set(own.map(print));
      const known = applied.get(part.coordinate);
      applied.set(part.coordinate, known ? known.filter((directive) => texts.has(print(directive))) : own);
    }
  }
  for (const [coordinate, directives] of applied) if (directives.length === 0) applied.delete(coordinate);
  return applied;
}

/**
 * A schema's SDL.
 * @param applied directives, by the coordinates of `schema`.
 */
export function printGraph(schema: GraphQLSchema, applied: AppliedDirectives): string {
  const sdl = printSchema(lexicographicSortSchema(schema));
  return applied.size === 0 ? `${sdl}\n` : `${withDirectives(sdl, applied)}\n`;
}

function withDirectives(sdl: string, applied: AppliedDirectives): string {
  const add = <Node extends { readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
    node: Node,
    coordinate: string,
  ): Node => {
    const directives = applied.get(coordinate);
    return directives ? { ...node, directives: [...(node.directives ?? []), ...directives] } : node;
  };
  return print({
    kind: Kind.DOCUMENT,
    definitions: parse(sdl, { noLocation: true }).definitions.map((definition) => {
      if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION)
        return definition;
      const type = definition.name.value;
      let field = '';
      const visited = visit(definition, {
        [Kind.FIELD_DEFINITION]: {
          enter: ({ name }) => {
            field = name.value;
          },
          leave: (node) => {
            field = '';
            return add(node, memberOf(type, node.name.value));
          },
        },
        [Kind.INPUT_VALUE_DEFINITION]: (node) =>
          add(node, field === '' ? memberOf(type, node.name.value) : argumentOf(type, field, node.name.value)),
        [Kind.ENUM_VALUE_DEFINITION]: (node) => add(node, memberOf(type, node.name.value)),
      });
      return add(visited as typeof definition & { directives?: readonly ConstDirectiveNode[] }, type);
    }),
  });
}

function directivesOn({ node: { astNode, extensionASTNodes = [] } }: Part): ConstDirectiveNode[] {
  return [astNode, ...extensionASTNodes]
    .flatMap((each) => (each as { directives?: ConstDirectiveNode[] } | null | undefined)?.directives ?? [])
    .filter(({ name }) => clientDirectives.has(name.value));
}
