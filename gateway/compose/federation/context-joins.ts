// Contextual arguments of interface objects (`@interfaceObject`, `@fromContext`). Composition writes no join for them:
// the subgraph's field would be selected without its argument.
import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parseConstValue,
  print,
} from 'graphql';
import { ComposeError } from '../compose-error.ts';
import { directiveArguments } from '../declared-directives.ts';
import type { NamedDocument } from './external-fields.ts';
import { graphNames } from './joins.ts';

/** By `Type.field`, then by subgraph: the join's `contextArguments`. */
type Contextual = Map<string, Map<string, string>>;

const fromContext: ReadonlySet<string> = new Set(['fromContext', 'federation__fromContext']);

/**
 * The supergraph with the contextual arguments of every subgraph.
 * @throws ComposeError for one that no join of its field could have.
 */
export function joinContextArguments(supergraph: DocumentNode, subgraphs: readonly NamedDocument[]): DocumentNode {
  const declared = contextualFields(subgraphs);
  if (declared.size === 0) return supergraph;
  const graphs = graphNames(supergraph);
  const problems: string[] = [];
  const joined = (field: FieldDefinitionNode, coordinate: string): FieldDefinitionNode => {
    const byGraph = new Map([...(declared.get(coordinate) ?? [])].map(([name, value]) => [graphs.get(name), value]));
    if (byGraph.size === 0) return field;
    const directives = (field.directives ?? []).map((directive): ConstDirectiveNode => {
      if (directive.name.value !== 'join__field') return directive;
      const { graph, contextArguments } = directiveArguments(directive);
      const value = byGraph.get(String(graph));
      byGraph.delete(String(graph));
      if (value === undefined || contextArguments) return directive;
      return { ...directive, arguments: [...(directive.arguments ?? []), contextArgument(value)] };
    });
    for (const graph of byGraph.keys())
      problems.push(`${graph}: ${coordinate} would lose the arguments that it takes from a context (@fromContext)`);
    return { ...field, directives };
  };
  const definitions = supergraph.definitions.map((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? { ...node, fields: (node.fields ?? []).map((field) => joined(field, `${node.name.value}.${field.name.value}`)) }
      : node,
  );
  if (problems.length > 0) throw new ComposeError(problems);
  return { ...supergraph, definitions };
}

function contextualFields(subgraphs: readonly NamedDocument[]): Contextual {
  const found: Contextual = new Map();
  for (const { name: subgraph, typeDefs } of subgraphs) {
    for (const node of typeDefs.definitions) {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
      for (const { name, arguments: args = [] } of node.fields ?? []) {
        const taken = args.flatMap((argument) => {
          const directive = argument.directives?.find((each) => fromContext.has(each.name.value));
          const [, context, selection] =
            /^\s*\$(\w+)(.*)$/s.exec(String(directive && directiveArguments(directive).field)) ?? [];
          if (context === undefined || selection === undefined) return [];
          return [
            `{ context: ${JSON.stringify(`${subgraph}__${context}`)}, name: "${argument.name.value}", ` +
              `type: "${print(argument.type)}", selection: ${JSON.stringify(selection)} }`,
          ];
        });
        if (taken.length === 0) continue;
        const coordinate = `${node.name.value}.${name.value}`;
        found.set(coordinate, (found.get(coordinate) ?? new Map()).set(subgraph, `[${taken.join(', ')}]`));
      }
    }
  }
  return found;
}

function contextArgument(value: string): ConstArgumentNode {
  return {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'contextArguments' },
    value: parseConstValue(value, { noLocation: true }),
  };
}
