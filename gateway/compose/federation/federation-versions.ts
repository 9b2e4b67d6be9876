// Versions of Federation's specification. Of those after 2.9, composition knows none, and they define the same
// directives, but `@cacheTag` of 2.12: 2.10 and 2.11 are for connectors, which have a specification of their own
// (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/versions).
import { type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql';
import { linksFederation } from './federation-names.ts';

export const federationVersions = 'v2.0 to v2.12';

const latest = 'v2.9';
const later = /(?<=\/federation\/)v2\.1[012](?=\/?$)/;

/** The document with the latest version that composition knows in place of a later one; itself where it links none. */
export function withKnownVersion(document: DocumentNode): DocumentNode {
  return visit(document, {
    [Kind.DIRECTIVE]: (node) => (linksFederation(node) ? linkOfKnownVersion(node) : undefined),
  });
}

function linkOfKnownVersion(link: DirectiveNode): DirectiveNode {
  const args = link.arguments?.map((argument) => {
    const { name, value } = argument;
    if (name.value !== 'url' || value.kind !== Kind.STRING) return argument;
    return { ...argument, value: { ...value, value: value.value.replace(later, latest) } };
  });
  return { ...link, arguments: args ?? [] };
}
