// Arguments of Federation's directives in a subgraph's SDL: those that are misspelt or missing, each with the coordinate
// of the element. Composition reports them without it, and ends with an exception for some.
import { type DocumentNode, Kind } from 'graphql';
import { nearOrKnown } from '../../did-you-mean.ts';
import { appliedDirectives } from '../sdl-problems.ts';
import { linksIn, readLink } from './federation-names.ts';

interface Arguments {
  required: readonly string[];
  optional?: readonly string[];
}

const federationOne: Readonly<Record<string, Arguments>> = {
  key: { required: ['fields'], optional: ['resolvable'] },
  requires: { required: ['fields'] },
  provides: { required: ['fields'] },
};

const none: Arguments = { required: [] };

const federationTwo: Readonly<Record<string, Arguments>> = {
  ...federationOne,
  link: { required: ['url'], optional: ['as', 'import', 'for'] },
  ...{ external: none, extends: none, shareable: none, interfaceObject: none, inaccessible: none, authenticated: none },
  override: { required: ['from'], optional: ['label'] },
  tag: { required: ['name'] },
  composeDirective: { required: ['name'] },
  requiresScopes: { required: ['scopes'] },
  policy: { required: ['policies'] },
  context: { required: ['name'] },
};

/** One message for each directive, without the subgraph's name. */
export function argumentProblems(document: DocumentNode): string[] {
  const [link] = linksIn(document);
  const named = link ? readLink(link) : null;
  const defined = new Set(
    document.definitions.flatMap((node) => (node.kind === Kind.DIRECTIVE_DEFINITION ? node.name.value : [])),
  );
  /** The directive of Federation that a name means; undefined for one of another meaning. */
  const meaningOf = (called: string): string | undefined => {
    if (!named) return Object.hasOwn(federationOne, called) ? called : undefined;
    const own = called === 'link' ? called : (named.imported.get(called) ?? prefixed(called, named.prefix));
    return own !== undefined && Object.hasOwn(federationTwo, own) ? own : undefined;
  };
  return appliedDirectives(document).flatMap(({ coordinate, directive }) => {
    const called = directive.name.value;
    const meaning = meaningOf(called);
    // The definition of Federation 1 may be the document's own, and another directive.
    if (meaning === undefined || (!named && defined.has(called))) return [];
    const { required, optional = [] } = federationTwo[meaning] as Arguments;
    const given = (directive.arguments ?? []).map(({ name }) => name.value);
    const known = [...required, ...optional];
    const where = `@${called} at ${coordinate}`;
    const unknown = given.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      return [`${where} has no argument "${unknown}"${nearOrKnown(unknown, known)} (INVALID_GRAPHQL)`];
    }
    const missing = required.find((name) => !given.includes(name));
    return missing === undefined ? [] : [`${where} lacks its argument "${missing}" (INVALID_GRAPHQL)`];
  });
}

function prefixed(called: string, prefix: string): string | undefined {
  return called.startsWith(`${prefix}__`) ? called.slice(prefix.length + 2) : undefined;
}
