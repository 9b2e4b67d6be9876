// Alignment of interfaces and their types after merging, so that each type implements its interfaces in the graph
// (GraphQL 3.6, IsValidImplementation).
import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parseType,
  print,
  type TypeNode,
} from 'graphql';
import { argumentCoordinate, memberCoordinate } from '../schema-elements.ts';
import type { MergedField } from './fields.ts';
import { mergeFields } from './fields.ts';
import type { MergedType } from './merged-type.ts';
import { grouped, listed, type MergeReport, type NamedSchema, type Sourced } from './sources.ts';

type Composite = GraphQLObjectType | GraphQLInterfaceType;

/**
 * Adds the necessary changes of interfaces to `types`: removes fields that not every type has any more, and adjusts
 * nullability and arguments that merging changed on one side only.
 */
export function alignInterfaces(
  types: Map<string, MergedType>,
  sources: readonly NamedSchema[],
  report: MergeReport,
): void {
  const implementers = implementersIn(sources);
  if ([...implementers].every(([name, names]) => !types.has(name) && names.every((each) => !types.has(each)))) return;
  const silent: MergeReport = { conflicts: [], warnings: [] };
  const fieldsOf = (name: string): Map<string, MergedField> => {
    const known = types.get(name);
    if (known?.fields) return known.fields;
    const definitions = definitionsOf(name, sources);
    const fields = mergeFields(name, definitions, () => false, silent);
    types.set(name, { description: definitions[0]?.node.description ?? undefined, fields });
    return fields;
  };
  // Repeated until nothing changes, because an interface may implement others.
  for (let changed = true; changed; ) {
    changed = false;
    for (const [interfaceName, names] of implementers) {
      const promised = fieldsOf(interfaceName);
      for (const [fieldName, field] of promised) {
        const coordinate = memberCoordinate(interfaceName, fieldName);
        const lacking = names.filter((name) => !fieldsOf(name).has(fieldName));
        if (lacking.length > 0) {
          promised.delete(fieldName);
          if (promised.size === 0) {
            report.conflicts.push(
              `${interfaceName} has no field that all its types have: ${coordinate} is not in ` +
                `${listed(lacking)}; add it there, ` +
                'or remove the interface where it is not implemented',
            );
          }
          report.warnings.push(
            `${coordinate} is not in the graph: ${listed(lacking)} implements the interface without it`,
          );
          changed = true;
          continue;
        }
        for (const name of names) {
          const own = fieldsOf(name).get(fieldName) as MergedField;
          changed = alignField(interfaceName, fieldName, field, name, own, report) || changed;
        }
      }
    }
  }
}

/** True if something had to be changed. */
function alignField(
  interfaceName: string,
  fieldName: string,
  promised: MergedField,
  typeName: string,
  own: MergedField,
  report: MergeReport,
): boolean {
  let changed = false;
  const nullable = nullableWhere(parseType(promised.type), parseType(own.type));
  if (nullable !== promised.type) {
    promised.type = nullable;
    changed = true;
  }
  for (const [argument, value] of promised.arguments) {
    const other = own.arguments.get(argument);
    if (value === null) continue;
    if (!other) {
      const coordinate = argumentCoordinate(interfaceName, fieldName, argument);
      const holder = argumentCoordinate(typeName, fieldName, argument);
      if (value.type.endsWith('!'))
        report.conflicts.push(`${coordinate} is required, but ${holder} is not in the graph`);
      else report.warnings.push(`${coordinate} is not in the graph: ${holder} is not`);
      promised.arguments.set(argument, null);
      changed = true;
    } else if (other.type !== value.type) {
      const type = nonNullWhere(parseType(value.type), parseType(other.type));
      changed ||= value.type !== type || other.type !== type;
      value.type = type;
      other.type = type;
    }
  }
  return changed;
}

/**
 * The interface's type, nullable at each level where the implementing type is. Their named types may differ: a type may
 * be narrower.
 */
function nullableWhere(promised: TypeNode, own: TypeNode): string {
  const [bare, ownBare] = [nullableOf(promised), nullableOf(own)];
  const inner =
    bare.kind === Kind.LIST_TYPE && ownBare.kind === Kind.LIST_TYPE
      ? `[${nullableWhere(bare.type, ownBare.type)}]`
      : print(bare);
  return promised.kind === Kind.NON_NULL_TYPE && own.kind === Kind.NON_NULL_TYPE ? `${inner}!` : inner;
}

function nonNullWhere(one: TypeNode, other: TypeNode): string {
  const [bare, otherBare] = [nullableOf(one), nullableOf(other)];
  const inner =
    bare.kind === Kind.LIST_TYPE && otherBare.kind === Kind.LIST_TYPE
      ? `[${nonNullWhere(bare.type, otherBare.type)}]`
      : print(bare);
  return one.kind === Kind.NON_NULL_TYPE || other.kind === Kind.NON_NULL_TYPE ? `${inner}!` : inner;
}

function nullableOf(type: TypeNode): Exclude<TypeNode, { kind: Kind.NON_NULL_TYPE }> {
  return type.kind === Kind.NON_NULL_TYPE ? type.type : type;
}

/** The types that implement each interface, in any of the sources. */
function implementersIn(sources: readonly NamedSchema[]): Map<string, string[]> {
  const implementers = new Map<string, string[]>();
  for (const { schema } of sources) {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const { name } of type.getInterfaces()) {
        const names = grouped(implementers, name);
        if (!names.includes(type.name)) names.push(type.name);
      }
    }
  }
  return implementers;
}

function definitionsOf(name: string, sources: readonly NamedSchema[]): Sourced<Composite>[] {
  return sources.flatMap((source) => {
    const type = source.schema.getType(name);
    return isObjectType(type) || isInterfaceType(type) ? [{ source: source.name, node: type as Composite }] : [];
  });
}
