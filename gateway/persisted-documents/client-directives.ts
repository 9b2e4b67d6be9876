// Directives that are for client libraries: they are taken out of documents, as those libraries do before they send one.
import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** What a directive takes out: itself alone, or what it is on: a field, or a fragment where it is used. */
export type ClientDirective = 'directive' | 'selection';

/** Those of Apollo Client, of Relay and of gql.tada. */
const known: Readonly<Record<string, ClientDirective>> = {
  client: 'selection',
  connection: 'directive',
  nonreactive: 'directive',
  unmask: 'directive',
  _unmask: 'directive',
  alias: 'directive',
  catch: 'directive',
  inline: 'directive',
  raw_response_type: 'directive',
  refetchable: 'directive',
  relay: 'directive',
  required: 'directive',
  throwOnFieldError: 'directive',
  updatable: 'directive',
};

/** Relay's, by which its compiler writes other texts than those of the files. */
const compiled: ReadonlySet<string> = new Set(['argumentDefinitions', 'arguments', 'match', 'module']);

type Definition = OperationDefinitionNode | FragmentDefinitionNode;

export class ClientDirectives {
  readonly #all: ReadonlyMap<string, ClientDirective>;

  /** @param others those of one client, in addition to the known ones. */
  constructor(others: Readonly<Record<string, ClientDirective>> = {}) {
    this.#all = new Map(Object.entries({ ...known, ...others }));
  }

  /**
   * The definition without them; null for an operation of which nothing is left. Fields of which no selection is left
   * have `__typename`. The nodes keep their locations.
   * @param report called with each directive that only a compiler can replace.
   */
  strip<Node extends Definition>(
    definition: Node,
    report: (directive: DirectiveNode, message: string) => void,
  ): Node | null {
    const isTaken = ({ directives = [] }: { readonly directives?: readonly DirectiveNode[] | undefined }) =>
      directives.some(({ name }) => this.#all.get(name.value) === 'selection');
    const selection = (node: { readonly directives?: readonly DirectiveNode[] | undefined }) =>
      isTaken(node) ? null : undefined;
    const stripped = visit(definition as Definition, {
      [Kind.FIELD]: selection,
      [Kind.INLINE_FRAGMENT]: selection,
      [Kind.FRAGMENT_SPREAD]: selection,
      [Kind.DIRECTIVE]: (directive) => {
        const name = directive.name.value;
        if (this.#all.has(name)) return null;
        if (compiled.has(name)) {
          report(
            directive,
            `@${name} is replaced by Relay's compiler: let its persistConfig write a manifest to this client's documents/`,
          );
        }
        return undefined;
      },
      [Kind.SELECTION_SET]: {
        leave: (set, _key, parent) =>
          set.selections.length > 0 || parent === definition ? undefined : withTypeName(set),
      },
    });
    if (stripped.selectionSet.selections.length > 0) return stripped as Node;
    const isEmpty = stripped.kind === Kind.OPERATION_DEFINITION;
    return isEmpty ? null : ({ ...stripped, selectionSet: withTypeName(stripped.selectionSet) } as Node);
  }
}

/** The operation without the variables that only parts used which were taken out of it. */
export function withoutUnused(
  operation: OperationDefinitionNode,
  before: DocumentNode,
  after: DocumentNode,
): OperationDefinitionNode {
  const had = variablesOf(before);
  const has = variablesOf(after);
  const { variableDefinitions = [] } = operation;
  const needed = variableDefinitions.filter(({ variable: { name } }) => has.has(name.value) || !had.has(name.value));
  return needed.length === variableDefinitions.length ? operation : { ...operation, variableDefinitions: needed };
}

function variablesOf(document: ASTNode): Set<string> {
  const names = new Set<string>();
  visit(document, {
    // A definition is no use.
    [Kind.VARIABLE_DEFINITION]: () => false,
    [Kind.VARIABLE]: ({ name }) => void names.add(name.value),
  });
  return names;
}

function withTypeName(set: SelectionSetNode): SelectionSetNode {
  const typeName: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  if (set.loc) Object.assign(typeName, { loc: set.loc });
  return { ...set, selections: [typeName] };
}
