// Size of an introspection's result, estimated before it is executed: a short selection can list the fields of the types of all
// fields, many times over.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

export class IntrospectionSize {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** How many items a list field gives, on average. */
  readonly #lengths: Readonly<Record<string, number>>;
  readonly #known = new Map<SelectionSetNode, number>();

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
    this.#lengths = lengthsIn(schema);
  }

  /** Values that the field gives, with all below it. */
  of({ name, selectionSet }: FieldNode): number {
    const length = Object.hasOwn(this.#lengths, name.value) ? (this.#lengths[name.value] as number) : 1;
    return length * (1 + (selectionSet ? this.#below(selectionSet) : 0));
  }

  #below(set: SelectionSetNode): number {
    let size = this.#known.get(set);
    if (size === undefined) {
      size = 0;
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) size += this.of(selection);
        else if (selection.kind === Kind.INLINE_FRAGMENT) size += this.#below(selection.selectionSet);
        else {
          const fragment = this.#fragments.get(selection.name.value);
          size += fragment ? this.#below(fragment.selectionSet) : 0;
        }
      }
      this.#known.set(set, size);
    }
    return size;
  }
}

function lengthsIn(schema: GraphQLSchema): Record<string, number> {
  const types = Object.values(schema.getTypeMap());
  const directives = schema.getDirectives();
  const total = { fields: 0, ofFieldTypes: 0, args: 0, inputFields: 0, enumValues: 0, interfaces: 0, possibleTypes: 0 };
  const fieldsOf = (type: unknown) =>
    isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
  for (const type of types) {
    const fields = fieldsOf(type);
    if (isInputObjectType(type)) total.inputFields += fields.length;
    else total.fields += fields.length;
    // A type that many fields have stands often.
    for (const field of fields) {
      total.ofFieldTypes += fieldsOf(getNamedType(field.type)).length;
      if ('args' in field) total.args += field.args.length;
    }
    if (isEnumType(type)) total.enumValues += type.getValues().length;
    if (isObjectType(type) || isInterfaceType(type)) total.interfaces += type.getInterfaces().length;
    if (isAbstractType(type)) total.possibleTypes += schema.getPossibleTypes(type).length;
  }
  const fields = Math.max(1, total.fields + total.inputFields);
  const perType = (count: number) => count / types.length;
  return {
    types: types.length,
    directives: directives.length,
    fields: Math.max(perType(total.fields), total.ofFieldTypes / fields),
    inputFields: Math.max(perType(total.inputFields), total.ofFieldTypes / fields),
    args: total.args / fields,
    enumValues: perType(total.enumValues),
    interfaces: perType(total.interfaces),
    possibleTypes: perType(total.possibleTypes),
  };
}
