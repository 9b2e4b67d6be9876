// Canonical text of a trusted document and its id, a hash of the text. Any tool that prints the same text gets the same
// id.
import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  Kind,
  type OperationDefinitionNode,
  print,
  visit,
} from 'graphql';

/**
 * The text as clients send it: the operation, then the fragments it uses, by name, printed by graphql-js; no comments,
 * no line end after the last brace. Apollo's manifest generator prints the same text for a document with the same
 * fields.
 */
export function documentText(document: DocumentNode): string {
  return print(document);
}

/** Lower-case hexadecimal SHA-256 of the text in UTF-8. */
export function documentId(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The bare hash: ids as GraphQL over HTTP and graphql-codegen write them begin with `sha256:`, those of Hive's app
 * deployments with the app and its version: `app~1.0.0~<hash>`.
 */
export function plainId(id: string): string {
  return /^(?:sha256:([0-9a-f]{64})|[^~]+~[^~]+~([0-9a-f]{32,64}))$/.exec(id)?.slice(1).find(Boolean) ?? id;
}

/**
 * The operation with the fragments that it uses, directly or through others, by name. The nodes keep their locations.
 * @param unknown called with each spread of an undefined fragment.
 */
export function documentOf(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  unknown: (name: string, spread: FragmentSpreadNode) => void,
): DocumentNode {
  const used = new Map<string, FragmentDefinitionNode>();
  const collect = (definition: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(definition, {
      [Kind.FRAGMENT_SPREAD]: (spread) => {
        const { value: name } = spread.name;
        const fragment = fragments.get(name);
        if (!fragment) unknown(name, spread);
        else if (!used.has(name)) {
          used.set(name, fragment);
          collect(fragment);
        }
      },
    });
  };
  collect(operation);
  const byName = [...used.keys()].sort().map((name) => used.get(name) as FragmentDefinitionNode);
  return { kind: Kind.DOCUMENT, definitions: [operation, ...byName] };
}
