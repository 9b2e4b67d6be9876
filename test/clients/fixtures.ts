// Generated data: the same result for the same operation, whatever names it is written in.
import {
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { View } from '../../gateway/client-views/view.ts';
import { hash, Random } from '../differential/random.ts';

/** An object of the generated data: of which type, and which of them. */
interface Made {
  __typename: string;
  seed: number;
}

export interface Fixtures {
  /** Graph names that must not be in a response. */
  hiddenTypes: ReadonlySet<string>;
  hiddenEnumValues: ReadonlyMap<string, ReadonlySet<string>>;
  /** The graph's name of a type. */
  graphType(name: string): string;
  /** The operation, in the graph's names: the same text for the same meaning. */
  question(type: string, field: string, args: Readonly<Record<string, unknown>>): string;
}

/**
 * Gives a schema resolvers: a field's value depends on its object, its name and its arguments alone. Schemas with other
 * names for the same things return the same.
 */
export function makeUp(schema: GraphQLSchema, fixtures: Fixtures): GraphQLSchema {
  const make = (type: GraphQLOutputType, random: Random): unknown => {
    if (isNonNullType(type)) return makePresent(type.ofType, random);
    return random.chance(0.08) ? null : makePresent(type, random);
  };
  const makePresent = (type: GraphQLOutputType, random: Random): unknown => {
    if (isListType(type)) return Array.from({ length: random.between(0, 3) }, () => make(type.ofType, random));
    const { name } = type as GraphQLNamedType;
    if (isEnumType(type)) {
      const hidden = fixtures.hiddenEnumValues.get(fixtures.graphType(name));
      const values = type.getValues().map((value) => value.name);
      return random.pick(values.filter((value) => !hidden?.has(value)));
    }
    if (isAbstractType(type) || isObjectType(type)) {
      const types = (isObjectType(type) ? [type] : schema.getPossibleTypes(type))
        .map((each) => ({ name: each.name, graphName: fixtures.graphType(each.name) }))
        .filter(({ graphName }) => !fixtures.hiddenTypes.has(graphName))
        .sort((left, right) => (left.graphName < right.graphName ? -1 : 1));
      return { __typename: random.pick(types).name, seed: random.between(0, 40) };
    }
    if (name === 'Boolean') return random.chance(0.5);
    if (name === 'Int' || name === 'Float') return random.between(0, 99);
    return `${fixtures.graphType(name)} ${random.between(0, 99)}`;
  };
  const resolve: GraphQLFieldResolver<Made | undefined, unknown> = (parent, args, _context, info) => {
    const question = fixtures.question(info.parentType.name, info.fieldName, args);
    return make(info.returnType, new Random(hash(`${parent?.seed ?? 0} ${question}`)));
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) field.resolve = resolve;
  }
  return schema;
}

/** The data of a view with the graph's names. */
export function inGraphNames(view: View): Fixtures {
  return {
    ...view,
    graphType: (name) => name,
    question: (type, field, args) => `${type}.${field} ${JSON.stringify(sorted(args))}`,
  };
}

/** The same data with the names of the view's client. */
export function inViewNames(view: View, graph: GraphQLSchema): Fixtures {
  const graphNameOf = (coordinate: string) => view.graphCoordinate(coordinate) as string;
  const fixtures = inGraphNames(view);
  return {
    ...fixtures,
    graphType: graphNameOf,
    question: (viewType, viewField, args) => {
      const coordinate = `${viewType}.${viewField}`;
      const [type = '', field = ''] = graphNameOf(coordinate).split('.');
      // The graph has the defaults of hidden arguments.
      const definition = (graph.getType(type) as GraphQLObjectType).getFields()[field];
      const defaults = (definition?.args ?? [])
        .filter(({ defaultValue }) => defaultValue !== undefined)
        .map(({ name, defaultValue }) => [name, defaultValue]);
      const given = Object.entries(args).map(([name, value]) => [
        graphNameOf(`${coordinate}(${name}:)`).split(/[(:]/)[1],
        value,
      ]);
      return fixtures.question(type, field, Object.fromEntries([...defaults, ...given]));
    },
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}
