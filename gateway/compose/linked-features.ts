// Linked features of a schema (https://specs.apollo.dev/link/v1.0): which specifications its directives come from, and under
// which names. A directive that guards is one by its specification, not by what a document calls it.
import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind, visit } from 'graphql';

interface Feature {
  /** The last segment of its address without the version, such as `authenticated`. */
  name: string;
  version: string;
  /** As the document has it. */
  url: string;
  /** Whether its specification is one of Apollo's. */
  isApollo: boolean;
  /** What its names begin with in the document, before `__`; also the name of its main directive. */
  prefix: string;
  /** Names in the document by those of the specification; directives with their `@`. */
  imported: ReadonlyMap<string, string>;
  purpose: string | null;
}

/** Versions of the specifications that are understood, and the directives of each. `federation` has those of all others. */
const understood: Readonly<Record<string, { versions: readonly string[]; directives: readonly string[] }>> = {
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

/** Directives that Federation has in one specification. */
const federated: readonly string[] = Object.values(understood).flatMap(({ directives }) => directives);

export interface LinkedDocument {
  /** Under the specifications' names, whatever the document calls them. */
  document: DocumentNode;
  /** One sentence for each feature that the graph must not be served without. */
  problems: string[];
}

/** Reads the features of a supergraph, and gives their directives the names of the specifications. */
export function readLinkedFeatures(document: DocumentNode): LinkedDocument {
  const { names, problems } = linkedNames(document);
  // Another directive that happens to have the name of one which the document calls otherwise.
  const renamed = new Set(names.values());
  return { document: names.size === 0 ? document : withNames(document, names, renamed), problems };
}

/**
 * As `readLinkedFeatures`, for the SDL of one source: directives that have a specification's name already keep their meaning.
 * @param decided names of the specifications' directives of which the configuration says what they are in this source.
 */
export function readLinkedSource(document: DocumentNode, decided: ReadonlySet<string>): LinkedDocument {
  const { names, problems } = linkedNames(document);
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

/** What the document calls directives, with their names in the specifications, where these differ. */
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
  for (const [called, name] of names) if (called === name) names.delete(called);
  return { names, problems: features.flatMap(problemWith) };
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
 * `SECURITY`: without it, data would be served that must not be. `EXECUTION`: without it, operations would be executed wrongly.
 * Who does not understand such a feature must not serve the graph.
 */
function problemWith({ name, version, url, isApollo, prefix, purpose }: Feature): string[] {
  const known = isApollo && Object.hasOwn(understood, name) ? understood[name] : undefined;
  if (purpose !== 'SECURITY' && purpose !== 'EXECUTION') return [];
  const what = purpose === 'SECURITY' ? 'it is guarded by' : 'it is executed by';
  if (!known) return [`${what} ${url} (for: ${purpose}), which is not understood here`];
  if (!known.versions.includes(version)) {
    return [`${what} ${url} (for: ${purpose}), of which ${known.versions.join(', ')} are understood here`];
  }
  return name === 'join' && prefix !== name ? [`it calls ${url} "${prefix}"; leave the feature its own name`] : [];
}

/** What a feature's directives are called in the document, and by the specification. */
function namesOf({ name, isApollo, prefix, imported }: Feature): [string, string][] {
  if (!isApollo) return [];
  const directives =
    name === 'federation' ? federated : Object.hasOwn(understood, name) ? (understood[name]?.directives ?? []) : [];
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
