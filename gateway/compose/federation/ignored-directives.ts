// Ignored directives: what a subgraph's SDL has of Federation, and composition passes over.
import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { didYouMean } from '../../did-you-mean.ts';
import { directiveArguments } from '../declared-directives.ts';
import { appliedDirectives } from '../sdl-problems.ts';
import { composing, linksIn, readLink } from './federation-names.ts';

/**
 * Warnings about directives that a document defines and applies under the name of one that composes subgraphs, without
 * importing it: Federation takes them for the document's own.
 */
export function ignoredDirectives(document: DocumentNode): string[] {
  const [link] = linksIn(document);
  if (!link) return [];
  const { imported, prefix } = readLink(link);
  const named = new Set(imported.values());
  const applied = new Map(
    appliedDirectives(document).map(({ coordinate, directive }) => [directive.name.value, coordinate]),
  );
  return document.definitions.flatMap((node) => {
    if (node.kind !== Kind.DIRECTIVE_DEFINITION) return [];
    const name = node.name.value;
    const coordinate = applied.get(name);
    if (coordinate === undefined || !composing.has(name) || imported.has(name)) return [];
    // Federation's own has another name in the document.
    if (named.has(name) || applied.has(`${prefix}__${name}`)) return [];
    return [
      `@${name} at ${coordinate} is the directive that the SDL defines, and not Federation's: add "@${name}" to the ` +
        'imports of its @link if that is meant',
    ];
  });
}

/** Warnings about fields that override those of a subgraph that does not exist. */
export function unknownOverrides(subgraphs: readonly { name: string; typeDefs: DocumentNode }[]): string[] {
  const names = subgraphs.map(({ name }) => name);
  return subgraphs.flatMap(({ name, typeDefs }) =>
    appliedDirectives(typeDefs).flatMap(({ coordinate, directive }) => {
      if (!/^(federation__)?override$/.test(directive.name.value)) return [];
      const { from } = directiveArguments(directive as ConstDirectiveNode);
      if (typeof from !== 'string' || names.includes(from)) return [];
      const near = didYouMean(
        from,
        names.filter((other) => other !== name),
      );
      return [`${name}: ${coordinate} overrides that of "${from}", which is no subgraph${near}`];
    }),
  );
}
