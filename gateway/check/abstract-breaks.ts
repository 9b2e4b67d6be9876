// Breaks by other members of interfaces and unions, in documents that stay valid: a fragment that no longer applies to
// objects of a type, and objects that a view hides where the schema promises one.
import {
  type ASTNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsOf } from '../fragments.ts';
import type { ManifestDocument } from '../persisted-documents/manifest.ts';

export interface AbstractBreak {
  node: ASTNode;
  message: string;
  /** The members, in the client's names. */
  types: readonly string[];
}

/** Types in the client's names that a view hides, though objects of them may stand where this type does. */
export type HiddenMembers = (viewType: string) => ReadonlySet<string>;

/** Objects that a fragment applied to before the change, and that come without its fields after it. */
export function lostMembers(
  { document }: Pick<ManifestDocument, 'document'>,
  before: GraphQLSchema,
  after: GraphQLSchema,
): AbstractBreak[] {
  const old = applications(document, before);
  return [...applications(document, after)].flatMap(([node, { condition, around, within }]) => {
    const was = old.get(node);
    const lost = [...(was?.around ?? [])].filter(
      (name) => was?.within.has(name) && around.has(name) && !within.has(name),
    );
    if (lost.length === 0) return [];
    const message = `${lost.join(', ')} is no ${condition} any more: its objects come without these fields`;
    return { node, message, types: lost };
  });
}

interface Application {
  condition: string;
  /** Names of the object types around the fragment, and of those that it applies to. */
  around: ReadonlySet<string>;
  within: ReadonlySet<string>;
}

/** By the node of the fragment or its spread. */
function applications(document: ManifestDocument['document'], schema: GraphQLSchema): Map<ASTNode, Application> {
  const found = new Map<ASTNode, Application>();
  const fragments = fragmentsOf(document);
  const info = new TypeInfo(schema);
  const add = (node: ASTNode, condition: string | undefined) => {
    const type = condition === undefined ? undefined : schema.getType(condition);
    const parent = info.getParentType();
    if (!parent || !isCompositeType(type)) return;
    found.set(node, { condition: type.name, around: members(schema, parent), within: members(schema, type) });
  };
  visit(
    document,
    visitWithTypeInfo(info, {
      [Kind.INLINE_FRAGMENT]: (node) => add(node, node.typeCondition?.name.value),
      [Kind.FRAGMENT_SPREAD]: (node) => add(node, fragments.get(node.name.value)?.typeCondition.name.value),
    }),
  );
  return found;
}

function members(schema: GraphQLSchema, type: GraphQLCompositeType): Set<string> {
  return new Set(isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name]);
}

/** Fields whose objects may be of a type that the view hides, and hid before in no object of them, and are not nullable. */
export function hiddenObjects(
  { document }: Pick<ManifestDocument, 'document'>,
  after: GraphQLSchema,
  hidden: { before: HiddenMembers; after: HiddenMembers },
): AbstractBreak[] {
  const breaks: AbstractBreak[] = [];
  const info = new TypeInfo(after);
  visit(
    document,
    visitWithTypeInfo(info, {
      [Kind.FIELD]: (node) => {
        const type = info.getFieldDef()?.type;
        if (!type || !isPromised(type) || !isAbstractType(getNamedType(type))) return;
        const { name } = getNamedType(type);
        const old = hidden.before(name);
        const added = [...hidden.after(name)].filter((member) => !old.has(member));
        if (added.length === 0) return;
        const types = added.join(', ');
        breaks.push({
          node,
          message: `it may be an object of ${types}, which the view hides; ${type} has no null for it`,
          types: added,
        });
      },
    }),
  );
  return breaks;
}

/** Whether the object itself, such as the item of a list, is not nullable. */
function isPromised(type: GraphQLOutputType): boolean {
  if (isNonNullType(type)) return isListType(type.ofType) ? isPromised(type.ofType) : true;
  return isListType(type) && isPromised(type.ofType);
}
