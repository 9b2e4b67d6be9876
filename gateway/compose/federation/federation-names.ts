// Names of Federation's directives in a subgraph's SDL. `@link` may give them a prefix (`as: "fed"`) or other names,
// and what is not imported has the prefix `federation` (https://specs.apollo.dev/link/v1.0). Composition does not read
// all of these, so it gets each directive under the name that Federation gives it, imported.
import { type ArgumentNode, type DirectiveNode, type DocumentNode, Kind, type ValueNode, visit } from 'graphql';

/** Directives that control how subgraphs are composed, in both versions of Federation. */
export const composing: ReadonlySet<string> = new Set([
  ...['key', 'requires', 'provides', 'external', 'extends'],
  ...['shareable', 'override', 'interfaceObject', 'composeDirective', 'context', 'fromContext'],
]);

/**
 * The document with Federation's directives under their own names; itself where it has no others. A directive whose
 * name has another meaning in the document keeps the prefix `federation`.
 */
export function withFederationNames(document: DocumentNode): DocumentNode {
  const link = linksIn(document)[0];
  if (!link) return document;
  const { imported, prefix } = readLink(link);
  const names = namesIn(document);
  const renamed = new Map<string, string>();
  for (const name of names) {
    const own = imported.get(name) ?? (name.startsWith(`${prefix}__`) ? name.slice(prefix.length + 2) : name);
    if (own !== name) renamed.set(name, own);
  }
  if (renamed.size === 0) return document;
  for (const [name, own] of renamed) {
    const isTaken = names.has(own) && imported.get(own) !== own;
    if (isTaken) renamed.set(name, `federation__${own}`);
  }
  const plain = [...imported].filter(([name, own]) => name === own || !names.has(name)).map(([, own]) => own);
  const needed = new Set([...plain, ...[...renamed.values()].filter((name) => !name.startsWith('federation__'))]);
  const named = <Named extends { readonly name: { readonly value: string } }>(node: Named): Named => ({
    ...node,
    name: { ...node.name, value: renamed.get(node.name.value) ?? node.name.value },
  });
  return visit(document, {
    [Kind.DIRECTIVE]: (node) => (node === link ? linkImporting(link, needed) : named(node)),
    [Kind.DIRECTIVE_DEFINITION]: (node) => named(node),
  });
}

export interface FederationLink {
  /** Directives that it imports: by their names in the document, those of Federation. */
  imported: Map<string, string>;
  prefix: string;
}

/** What a link of Federation names in its document. */
export function readLink({ arguments: args = [] }: DirectiveNode): FederationLink {
  const argument = (name: string) => args.find((each) => each.name.value === name)?.value;
  const as = argument('as');
  const imported = new Map<string, string>();
  for (const item of importsOf(argument('import'))) {
    const { name, local } = importOf(item);
    if (name?.startsWith('@') && local?.startsWith('@')) imported.set(local.slice(1), name.slice(1));
  }
  return { imported, prefix: (as && textOf(as)) ?? 'federation' };
}

/** The items of a link's imports. */
export function importsOf(imports: ValueNode | undefined): readonly ValueNode[] {
  return imports?.kind === Kind.LIST ? imports.values : [];
}

/** What an item imports, and its name in the document; undefined where the item has another form. */
export function importOf(item: ValueNode): { name: string | undefined; local: string | undefined } {
  const name = textOf(item) ?? fieldOf(item, 'name');
  return { name, local: fieldOf(item, 'as') ?? name };
}

/** The link with these directives as its imports, beside the types that it imports. */
function linkImporting(link: DirectiveNode, directives: ReadonlySet<string>): DirectiveNode {
  const isOfDirective = (item: ValueNode) => (textOf(item) ?? fieldOf(item, 'name'))?.startsWith('@') === true;
  const args = (link.arguments ?? []).filter(({ name }) => name.value !== 'as');
  const known = args.find(({ name }) => name.value === 'import')?.value;
  const types = known?.kind === Kind.LIST ? known.values.filter((item) => !isOfDirective(item)) : [];
  const added = [...directives].map((name): ValueNode => ({ kind: Kind.STRING, value: `@${name}` }));
  const imports: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'import' },
    value: { kind: Kind.LIST, values: [...types, ...added] },
  };
  return { ...link, arguments: [...args.filter(({ name }) => name.value !== 'import'), imports] };
}

function textOf(value: ValueNode): string | undefined {
  return value.kind === Kind.STRING ? value.value : undefined;
}

function fieldOf(value: ValueNode, name: string): string | undefined {
  const field = value.kind === Kind.OBJECT ? value.fields.find((each) => each.name.value === name) : undefined;
  return field && textOf(field.value);
}

/** The names of the directives that a document applies or defines. */
function namesIn(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  const add = ({ name }: { name: { value: string } }) => void names.add(name.value);
  visit(document, { [Kind.DIRECTIVE]: add, [Kind.DIRECTIVE_DEFINITION]: add });
  return names;
}

/** The links of Federation's specification in a document. */
export function linksIn(document: DocumentNode): DirectiveNode[] {
  return document.definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION
      ? (node.directives ?? []).filter(linksFederation)
      : [],
  );
}

/** Whether a directive is a `@link` of Federation's specification. */
export function linksFederation({ name, arguments: args = [] }: DirectiveNode): boolean {
  return (
    name.value === 'link' &&
    args.some(
      ({ name: argument, value }) =>
        argument.value === 'url' &&
        value.kind === Kind.STRING &&
        /^https?:\/\/specs\.apollo\.dev\/federation\//.test(value.value),
    )
  );
}
