// Service directives: directives in operations that services define. A field or operation with one is sent to a
// service that defines it as the graph does; where there is none, the operation is rejected. None is accepted and
// left out.
import { type DirectiveNode, type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql';
import { isServiceDirective } from '../compose/executable-directives.ts';
import { requestError } from '../errors.ts';
import type { CollectedField } from './collect-fields.ts';
import type { GraphModel } from './model.ts';
import { PlanRejected } from './unsupported-operation.ts';
import { type UpstreamMentions, variablesInNode } from './upstream-selection.ts';
import type { UpstreamVariables } from './upstream-variables.ts';

/** The reason for which a directive on a field is rejected. */
export const NOT_DEFINED = 'no service that serves this field defines it as the graph does';

/** Directives of one mention of a field, or of an operation. */
export type Directives = readonly DirectiveNode[];

const none: Directives = [];

/** The services' directives of a node. */
export function serviceDirectives({ directives }: { directives?: Directives | undefined }): Directives {
  if (!directives || directives.length === 0) return none;
  return directives.filter(({ name }) => isServiceDirective(name.value));
}

/** Whether anything in a document has a service's directive. */
export function hasServiceDirectives(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.DIRECTIVE]: ({ name }) => {
      found ||= isServiceDirective(name.value);
    },
  });
  return found;
}

/** The services' directives of a field; null for the usual field, which has none. */
export function directivesOf({ nodes }: CollectedField): Directives | null {
  if (nodes.every(({ directives = none }) => directives.length === 0)) return null;
  const all = nodes.flatMap(serviceDirectives);
  return all.length === 0 ? null : all;
}

/** The subgraphs that support all of a field's directives. */
export function subgraphsSupporting(model: GraphModel, directives: Directives): Set<string> {
  const supportsAll = (subgraph: string) =>
    directives.every(({ name }) => model.supportsDirective(subgraph, name.value, 'FIELD'));
  return new Set([...model.subgraphs.keys()].filter(supportsAll));
}

/**
 * The directives of a field's mentions as they are sent to a subgraph: each mention is sent, since a service reads
 * all of them.
 */
export function upstreamMentions(
  nodes: readonly FieldNode[],
  model: GraphModel,
  subgraph: string,
  variables: UpstreamVariables,
): UpstreamMentions {
  const lists = nodes.map((node) => upstreamDirectives(serviceDirectives(node), model, subgraph, variables));
  const used = new Set<string>();
  for (const directive of lists.flat()) variablesInNode(directive, used);
  return { texts: lists.map(printDirectives), variables: [...used] };
}

/** With a space before each. */
export function printDirectives(directives: Directives): string {
  return directives.map((directive) => ` ${print(directive)}`).join('');
}

/** Directives with their arguments in the form that the subgraph takes. */
export function upstreamDirectives(
  directives: Directives,
  model: GraphModel,
  subgraph: string,
  variables: UpstreamVariables,
): Directives {
  const schema = model.schemaOf(subgraph);
  return directives.map((node) => ({
    ...node,
    arguments: variables.arguments(node.arguments ?? [], schema, schema.getDirective(node.name.value)?.args ?? []),
  }));
}

/** @throws PlanRejected for the directives of a field that the gateway itself resolves. */
export function rejectOnIntrospection({ nodes }: CollectedField): void {
  for (const node of nodes) {
    visit(node, {
      [Kind.DIRECTIVE]: (directive) => {
        if (isServiceDirective(directive.name.value))
          throw rejection([directive], 'the gateway resolves introspection');
      },
    });
  }
}

/** The rejection of an operation with directives that have no effect. */
export function rejection(directives: Directives, reason: string): PlanRejected {
  const names = [...new Set(directives.map(({ name }) => `@${name.value}`))].join(', ');
  const message = `${names} cannot be used here: ${reason}.`;
  return new PlanRejected(requestError('GRAPHQL_VALIDATION_FAILED', { message, nodes: directives }));
}
