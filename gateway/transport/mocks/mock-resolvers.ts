// Resolvers of a mocked service. They store nothing: every value follows from the seed, the object and the field, so
// that an object is the same wherever it is met, and whatever was requested before.
import {
  defaultFieldResolver,
  type GraphQLCompositeType,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLTypeResolver,
  getNamedType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isObjectType,
  OperationTypeNode,
  responsePathAsArray,
} from 'graphql';
import { type MockOverrides, overrideOf } from './mock-overrides.ts';
import type { MockSchema } from './mock-schema.ts';
import { keyValue, mockValue, numberOf } from './mock-values.ts';

type Values = Readonly<Record<string, unknown>>;

/** Objects of one type that fields without a key in their arguments refer to. */
const POOL = 20;
/** Elements of a list: two to four, or fewer where the arguments say so. */
const MIN_ELEMENTS = 2;

const identity = Symbol('identity');
const pageSize = Symbol('page size');

type MockObject = Record<string, unknown> & { [identity]?: string | undefined; [pageSize]?: number | undefined };

/** The field that a value is for. */
interface Position {
  object: MockObject;
  /** Identity of the object. */
  self: string;
  args: Values;
  info: GraphQLResolveInfo;
}

export class MockResolvers {
  readonly #schema: MockSchema;
  readonly #seed: string;
  readonly #overrides: MockOverrides;

  constructor(schema: MockSchema, seed: string, overrides: MockOverrides) {
    this.#schema = schema;
    this.#seed = seed;
    this.#overrides = overrides;
  }

  readonly fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
    const { parentType, fieldName, returnType } = info;
    const override = overrideOf(this.#overrides, parentType.name, fieldName);
    if (override) return override(source, args, context, info);
    const object = (source ?? {}) as MockObject;
    if (object[fieldName] !== undefined) return defaultFieldResolver(source, args, context, info);
    const self =
      object[identity] ?? this.#identityOf(parentType, object) ?? responsePathAsArray(info.path).slice(0, -1).join('.');
    const seed = [this.#seed, parentType.name, self, fieldName, JSON.stringify(args, withoutPaging)].join('\n');
    return this.#make(returnType, seed, { object, self, args, info });
  };

  readonly typeResolver: GraphQLTypeResolver<unknown, unknown> = (value) => String((value as MockObject).__typename);

  /** The root object of an event of a subscription. */
  event(index: number): object {
    return { [identity]: `event ${index}` };
  }

  #make(type: GraphQLOutputType, seed: string, at: Position): unknown {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return this.#makeList(nullable.ofType, seed, at);
    if (isLeafType(nullable)) return this.#makeLeaf(nullable, seed, at);
    const composite = nullable as GraphQLCompositeType;
    const args = Object.assign({}, ...Object.values(at.args).filter(isRecord), at.args);
    const concrete = this.#concrete(composite, args, numberOf(seed));
    const given = this.#fieldsIn(concrete, args);
    if (this.#hasKey(concrete, given)) return this.#objectWith(concrete, given);
    // What a mutation has set; an object of a query is the same whatever it was searched by.
    const isMutation = at.info.operation.operation === OperationTypeNode.MUTATION;
    return { ...(isMutation && given), ...this.#object(concrete, numberOf(`${seed}\nobject`), seed, at) };
  }

  #makeList(element: GraphQLOutputType, seed: string, at: Position): unknown[] {
    const named = getNamedType(element);
    const nullable = getNullableType(element);
    const isSimple = isLeafType(named) || isListType(nullable);
    const found = isSimple ? undefined : this.#lookedUp(named as GraphQLCompositeType, at);
    if (found) return found;
    const bound = pageSizeIn(at.args) ?? at.object[pageSize] ?? Number.POSITIVE_INFINITY;
    const length = Math.min(bound, lengthOf(this.#isPage(at.info.parentType) ? `${this.#seed}\n${at.self}` : seed));
    const first = numberOf(`${seed}\nobject`);
    return Array.from({ length }, (_, index) => {
      const own = `${seed}\n${index}`;
      if (isSimple) return this.#make(element, own, at);
      return this.#object(this.#concrete(named as GraphQLCompositeType, {}, first + index), first + index, own, at);
    });
  }

  /** The objects of a lookup field, one for each key in its argument; undefined for any other field. */
  #lookedUp(type: GraphQLCompositeType, { args, info }: Position): unknown[] | undefined {
    for (const [name, values] of Object.entries(args)) {
      if (!Array.isArray(values)) continue;
      const found = values.map((value: unknown) => {
        const given: Values = isRecord(value) ? value : { [name.replace(/s$/, '')]: value };
        const named = this.#schema.schema.getType(String(given.__typename));
        const concrete = isObjectType(named) ? named : this.#concrete(type, given, 0);
        const fields = this.#fieldsIn(concrete, given);
        if (info.fieldName === '_entities') return this.#objectWith(concrete, { ...given, ...fields });
        return this.#hasKey(concrete, fields) ? this.#objectWith(concrete, fields) : undefined;
      });
      if (found.every((object) => object !== undefined)) return found;
    }
    return undefined;
  }

  #object(type: GraphQLObjectType, ordinal: number, seed: string, at: Position): MockObject {
    if (this.#keysOf(type).length > 0) return { __typename: type.name, [identity]: `#${(ordinal % POOL) + 1}` };
    // The page of a connection is a list in it.
    return { __typename: type.name, [identity]: seed, [pageSize]: pageSizeIn(at.args) };
  }

  #objectWith(type: GraphQLObjectType, given: Values): MockObject {
    return { ...given, __typename: type.name, [identity]: this.#identityOf(type, given) };
  }

  #keysOf(type: GraphQLObjectType): readonly (readonly string[])[] {
    return this.#schema.keys.get(type.name) ?? [];
  }

  /** Leaf fields of the type among these; `userId`, `key` and the like are its key under another name. */
  #fieldsIn(type: GraphQLObjectType, given: Values): Values {
    const fields = type.getFields();
    const [[key, ...others] = []] = this.#keysOf(type);
    const isOnly = key !== undefined && others.length === 0;
    const named = Object.entries(given).map(([name, value]): [string, unknown] =>
      !fields[name] && isOnly && /(^|[a-z_])(id|key)$/i.test(name) ? [key, value] : [name, value],
    );
    return Object.fromEntries(named.filter(([name, value]) => fields[name] && isScalar(value)));
  }

  #hasKey(type: GraphQLObjectType, given: Values): boolean {
    return this.#keysOf(type).some((key) => key.every((name) => isScalar(given[name])));
  }

  /** The number in a key that mocks have made, which is that of all keys of the object; otherwise the key's text. */
  #identityOf(type: GraphQLObjectType, given: Values): string | undefined {
    const key = this.#keysOf(type).find((names) => names.every((name) => isScalar(given[name])));
    if (key === undefined) return undefined;
    const parts = new Set(key.map((name) => this.#ordinalIn(type, name, String(given[name]))));
    const [only] = parts;
    return parts.size === 1 && only !== null ? `#${only}` : key.map((name) => String(given[name])).join('\n');
  }

  /** The number in the value of a key field that mocks have made; null for any other value. */
  #ordinalIn(type: GraphQLObjectType, name: string, text: string): number | null {
    const ordinal = Number(/\d+$/.exec(text)?.[0] ?? Number.NaN);
    const field = { type: getNamedType(type.getFields()[name]?.type)?.name ?? 'ID', parent: type.name, name };
    return String(keyValue(field, ordinal)) === text ? ordinal : null;
  }

  #makeLeaf(type: GraphQLLeafType, seed: string, { self, info }: Position): unknown {
    const override = this.#overrides[type.name];
    if (typeof override === 'function') return override();
    if (isEnumType(type)) {
      const values = type.getValues().filter(({ deprecationReason }) => deprecationReason == null);
      return values[numberOf(seed) % values.length]?.value;
    }
    const { parentType: parent, fieldName: name } = info;
    const field = { type: type.name, parent: parent.name, name };
    const ordinal = Number(/^#(\d+)$/.exec(self)?.[1] ?? 0);
    if (type.name === 'Int' && name === 'totalCount' && this.#isPage(parent)) {
      return lengthOf(`${this.#seed}\n${self}`);
    }
    const isKey = this.#keysOf(parent).some((key) => key.includes(name));
    return ordinal > 0 && isKey ? keyValue(field, ordinal) : mockValue(field, seed);
  }

  /** Whether it is a connection, or another object whose lists have one length, which it may count. */
  #isPage(type: GraphQLObjectType): boolean {
    return this.#keysOf(type).length === 0 && Object.hasOwn(type.getFields(), 'totalCount');
  }

  /** The type of an object; of several, the one whose keys look like these. */
  #concrete(type: GraphQLCompositeType, given: Values, choice: number): GraphQLObjectType {
    if (isObjectType(type)) return type;
    const possible = this.#schema.schema.getPossibleTypes(type);
    const matching = possible.find((one) => this.#identityOf(one, this.#fieldsIn(one, given))?.startsWith('#'));
    const text = Object.values(given).filter(isScalar).join('\n');
    const turn = text === '' ? choice : numberOf(text);
    return matching ?? (possible[turn % possible.length] as GraphQLObjectType);
  }
}

const paging = /^(first|last|limit|take|page_?size|per_?page)$/i;

function lengthOf(seed: string): number {
  return MIN_ELEMENTS + (numberOf(seed) % 3);
}

function pageSizeIn(args: Values): number | undefined {
  const size = Object.entries(args).find(([name, value]) => paging.test(name) && typeof value === 'number')?.[1];
  return size === undefined ? undefined : Math.max(0, size as number);
}

/** Of JSON.stringify: a page of another size begins with the same objects. */
function withoutPaging(name: string, value: unknown): unknown {
  return paging.test(name) ? undefined : value;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
