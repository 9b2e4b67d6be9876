// Warm-up: operations generated from the graph are validated and planned before the gateway listens, so that the
// first clients meet compiled code. Code that runs for the first time takes three times as long. Nothing of it is
// cached.
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { Engine } from './engine.ts';

const MAX_MILLISECONDS = 300;
const MAX_OPERATIONS = 200;
const LEVELS = 3;
/** Fields of one selection, with and without fields below. */
const COMPOSITE_FIELDS = 3;
const LEAVES = 4;
const POSSIBLE_TYPES = 2;

/**
 * Prepares up to 200 operations on the graph, within 300 ms of the processor's time.
 * @returns the number of operations that were prepared.
 */
export function warmUp({ clientSchema, documents }: Engine, now: () => number = usedMilliseconds): number {
  const started = now();
  const texts = [...new OperationWriter(clientSchema).operations()];
  for (let prepared = 0; prepared < MAX_OPERATIONS; prepared += 1) {
    const text = texts[prepared % texts.length];
    if (text === undefined || now() - started > MAX_MILLISECONDS) return prepared;
    const { errors, operations } = documents.read(text);
    for (const operation of errors ? [] : operations) operation.planFor({ skipped: false });
  }
  return MAX_OPERATIONS;
}

function usedMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

class OperationWriter {
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** One for each root field of queries whose required arguments can be generated without values of the graph. */
  *operations(): Iterable<string> {
    for (const field of Object.values(this.#schema.getQueryType()?.getFields() ?? {})) {
      const call = this.#call(field);
      if (call === null) continue;
      const fragments = new Map<string, string>();
      const below = this.#below(getNamedType(field.type), LEVELS, fragments);
      yield `query ($skipped: Boolean = false) { ${call} ${below} ... @skip(if: $skipped) { __typename } } ${[...fragments.values()].join(' ')}`;
    }
  }

  #below(type: GraphQLNamedType, levels: number, fragments: Map<string, string>): string {
    if (!isCompositeType(type)) return '';
    const name = `F${levels}_${type.name}`;
    if (!fragments.has(name)) {
      fragments.set(name, '');
      fragments.set(name, `fragment ${name} on ${type.name} { ${this.#selections(type, levels, fragments)} }`);
    }
    return `{ ...${name} }`;
  }

  #selections(type: GraphQLNamedType, levels: number, fragments: Map<string, string>): string {
    const selections = ['__typename'];
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const composite = fields.filter((field) => isCompositeType(getNamedType(field.type)));
    const leaves = fields.filter((field) => !composite.includes(field)).slice(0, LEAVES);
    for (const field of [...leaves, ...(levels > 1 ? composite.slice(0, COMPOSITE_FIELDS) : [])]) {
      const call = this.#call(field);
      if (call !== null) selections.push(`${call} ${this.#below(getNamedType(field.type), levels - 1, fragments)}`);
    }
    if (isAbstractType(type)) {
      for (const possible of this.#schema.getPossibleTypes(type).slice(0, POSSIBLE_TYPES)) {
        selections.push(`... on ${possible.name} ${this.#below(possible, levels - 1, fragments)}`);
      }
    }
    return selections.join(' ');
  }

  /** The field with its required arguments; null where their values are not known. */
  #call({ name, args }: GraphQLField<unknown, unknown>): string | null {
    const required = args.filter(isRequiredArgument);
    const values = required.map(({ type }) => literal(type));
    if (values.includes(null)) return null;
    return required.length === 0
      ? name
      : `${name}(${required.map((each, index) => `${each.name}: ${values[index]}`).join(', ')})`;
  }
}

const literals: Readonly<Record<string, string>> = { ID: '"1"', String: '"a"', Int: '1', Float: '1', Boolean: 'true' };

function literal(type: GraphQLInputType): string | null {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const item = literal(nullable.ofType);
    return item && `[${item}]`;
  }
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? null;
  return isInputObjectType(nullable) ? null : (literals[nullable.name] ?? null);
}
