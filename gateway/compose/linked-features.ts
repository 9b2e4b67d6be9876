// Linked features of a schema (https://specs.apollo.dev/link/v1.0): the specifications that its directives come from,
// and their names in the document. A directive is identified by its specification, whatever the document calls it.
import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind, visit } from 'graphql';
import { importProblems } from './federation/link-problems.ts';

interface Feature {
  /** The last segment of its URL without the version, such as `authenticated`. */
  name: string;
  version: string;
  /** The URL as the document has it. */
  url: string;
  /** Whether it is one of Apollo's specifications. */
  isApollo: boolean;
  /** Prefix of its names in the document, before `__`; also the name of its main directive. */
  prefix: string;
  /** Names in the document by those of the specification; directives with their `@`. */
  imported: ReadonlyMap<string, string>;
  purpose: string | null;
}

/** Supported versions of each specification, and its directives. `federation` contains the directives of all others. */
const supported: Readonly<Record<string, { versions: readonly string[]; directives: readonly string[] }>> = {
  core: { versions: ['v0.1', 'v0.2'], directives: [] },
  link: { versions: ['v0.3', 'v1.0'], directives: [] },
  join: { versions: ['v0.1', 'v0.2', 'v0.3', 'v0.4', 'v0.5'], directives: [] },
  inaccessible: { versions: ['v0.1', 'v0.2'], directives: ['inaccessible'] },
  tag: { versions: ['v0.1', 'v0.2', 'v0.3'], directives: ['tag'] },
  authenticated: { versions: ['v0.1'], directives: ['authenticated'] },
  requiresScopes: { versions: ['v0.1'], directives: ['requiresScopes'] },
  policy: { versions: ['v0.1'], directives: ['policy'] },
  cost: { versions: ['v0.1'], directives: ['cost', 'listSize'] },
  context: { versions: ['v0.1'], directives: ['context', 'fromContext'] },
};

/** Federation's directives, which it has in one specification. */
const federated: readonly string[] = Object.values(supported).flatMap(({ directives }) => directives);

export interface LinkedDocument {
  /** With the specifications' names of directives. */
  document: DocumentNode;
  /** One message for each feature without which the graph must not be served. */
  problems: string[];
}

/** Reads the features of a supergraph, and renames their directives to the names of the specifications. */
export function readLinkedFeatures(document: DocumentNode): LinkedDocument {
  const { names, problems } = renamedIn(document);
  // Removes unrelated directives that have the name of a renamed one.
  const renamed = new Set(names.values());
  return { document: names.size === 0 ? document : withNames(document, names, renamed), problems };
}

/**
 * As `readLinkedFeatures`, for the SDL of one source: directives that already have a specification's name keep their
 * meaning.
 * @param decided names of directives whose meaning in this source is configured.
 */
export function readLinkedSource(document: DocumentNode, decided: ReadonlySet<string>): LinkedDocument {
  const { names, problems } = renamedIn(document);
  for (const [called, name] of names) if (decided.has(name)) names.delete(called);
  if (names.size === 0) return { document, problems };
  const { definitions, ...rest } = withNames(document, names, new Set());
  const defined = new Set<string>();
  const once = definitions.filter((node) => {
    if (node.kind !== Kind.DIRECTIVE_DEFINITION) return true;
    const isKnown = defined.has(node.name.value);
    defined.add(node.name.value);
    return !isKnown;
  });
  return { document: { ...rest, definitions: once }, problems };
}

/** Maps names of directives in the document to those of the specifications that they are linked from. */
export function linkedDirectives(document: DocumentNode): ReadonlyMap<string, string> {
  return linkedNames(document).names;
}

/** Whether a document links a specification of Apollo's. */
export function linksFeature(document: DocumentNode, name: string): boolean {
  return document.definitions.some(
    (node) =>
      (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION) &&
      node.directives?.some((directive) => {
        const feature = featureOf(directive);
        return feature?.isApollo && feature.name === name;
      }),
  );
}

/** Those names that differ from the specifications'. */
function renamedIn(document: DocumentNode): { names: Map<string, string>; problems: string[] } {
  const { names, problems } = linkedNames(document);
  for (const [called, name] of names) if (called === name) names.delete(called);
  return { names, problems };
}

function linkedNames(document: DocumentNode): { names: Map<string, string>; problems: string[] } {
  const directives = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  );
  const candidates = directives.flatMap((directive) => {
    const feature = featureOf(directive);
    return feature ? [{ called: directive.name.value, feature }] : [];
  });
  // The directive that links features is linked by itself, under any name.
  const linking = new Set(['link', 'core']);
  for (const { called, feature } of candidates)
    if (feature.isApollo && /^(link|core)$/.test(feature.name)) linking.add(called);
  const features = candidates.flatMap(({ called, feature }) => (linking.has(called) ? [feature] : []));
  const names = new Map<string, string>(federated.map((name) => [`federation__${name}`, name]));
  for (const feature of features) for (const [called, name] of namesOf(feature)) names.set(called, name);
  const links = directives.filter(({ name }) => linking.has(name.value));
  return { names, problems: [...features.flatMap(problemWith), ...links.flatMap(importProblems)] };
}

function featureOf(directive: ConstDirectiveNode): Feature | null {
  const values = new Map((directive.arguments ?? []).map(({ name, value }) => [name.value, value]));
  const url = textOf(values.get('url') ?? values.get('feature'));
  if (url === null) return null;
  const parsed = URL.parse(url);
  const segments = parsed?.pathname.split('/').filter((segment) => segment !== '') ?? [];
  const isVersioned = /^v\d/.test(segments.at(-1) ?? '');
  const name = segments.at(isVersioned ? -2 : -1) ?? '';
  const version = isVersioned ? (segments.at(-1) ?? '') : '';
  const purpose = values.get('for');
  return {
    name,
    version,
    url,
    isApollo: parsed?.hostname === 'specs.apollo.dev' && /^https?:$/.test(parsed.protocol),
    prefix: textOf(values.get('as')) ?? name,
    imported: new Map(importsIn(values.get('import'))),
    purpose: purpose?.kind === Kind.ENUM ? purpose.value : null,
  };
}

/** `import: ["@authenticated", { name: "@policy", as: "@rule" }]`: name and name in the document. */
function importsIn(value: ConstValueNode | undefined): [string, string][] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((item): [string, string][] => {
    if (item.kind === Kind.STRING) return [[item.value, item.value]];
    if (item.kind !== Kind.OBJECT) return [];
    const fields = new Map(item.fields.map((field) => [field.name.value, textOf(field.value)]));
    const name = fields.get('name');
    return name ? [[name, fields.get('as') ?? name]] : [];
  });
}

/**
 * `SECURITY`: without the feature, data would be served that must not be. `EXECUTION`: without it, operations would be
 * executed wrongly. The specification forbids serving a graph with such a feature without support for it.
 */
function problemWith({ name, version, url, isApollo, prefix, purpose }: Feature): string[] {
  const known = isApollo && Object.hasOwn(supported, name) ? supported[name] : undefined;
  if (purpose !== 'SECURITY' && purpose !== 'EXECUTION') return [];
  const what = purpose === 'SECURITY' ? 'it is guarded by' : 'it is executed by';
  if (!known) return [`${what} ${url} (for: ${purpose}), which is not supported`];
  if (!known.versions.includes(version)) {
    return [`${what} ${url} (for: ${purpose}), of which ${known.versions.join(', ')} are supported`];
  }
  return name === 'join' && prefix !== name ? [`it calls ${url} "${prefix}"; leave the feature its own name`] : [];
}

/** Names of a feature's directives in the document, and in the specification. */
function namesOf({ name, isApollo, prefix, imported }: Feature): [string, string][] {
  if (!isApollo) return [];
  const directives =
    name === 'federation' ? federated : Object.hasOwn(supported, name) ? (supported[name]?.directives ?? []) : [];
  return directives.map((directive): [string, string] => {
    const own = imported.get(`@${directive}`);
    if (own !== undefined) return [own.replace(/^@/, ''), directive];
    return [directive === name ? prefix : `${prefix}__${directive}`, directive];
  });
}

function withNames(
  document: DocumentNode,
  names: ReadonlyMap<string, string>,
  taken: ReadonlySet<string>,
): DocumentNode {
  const defined = new Set(
    document.definitions.flatMap((node) => (node.kind === Kind.DIRECTIVE_DEFINITION ? node.name.value : [])),
  );
  const used = [...names].filter(([called]) => defined.has(called)).map(([, name]) => name);
  const displaced = new Set(used.filter((name) => taken.has(name) && !names.has(name)));
  const rename = <Node extends { readonly name: { readonly value: string } }>(node: Node): Node | null | undefined => {
    const name = names.get(node.name.value);
    if (name !== undefined) return { ...node, name: { ...node.name, value: name } };
    return displaced.has(node.name.value) ? null : undefined;
  };
  return visit(document, { [Kind.DIRECTIVE_DEFINITION]: { leave: rename }, [Kind.DIRECTIVE]: { leave: rename } });
}

function textOf(value: ConstValueNode | undefined): string | null {
  return value?.kind === Kind.STRING ? value.value : null;
}
