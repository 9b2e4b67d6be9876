// Generated views: random, but the same for the same seed, and such that `buildView` accepts them.
import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { type CheckedClient, type ClientDefinition, clientSchema } from '../../gateway/client-views/definition.ts';
import type { Random } from '../differential/random.ts';

const parse = (definition: ClientDefinition): CheckedClient => clientSchema.parse(definition);

/**
 * Some exclusions that go together with what is required, and names for most of the rest.
 * @param members chooses names for fields of inputs and values of enums as well.
 */
export function randomClient(schema: GraphQLSchema, random: Random, members: Random | null = null): CheckedClient {
  const exclude: string[] = [];
  const types: Record<string, string> = {};
  const fields: Record<string, string> = {};
  const args: Record<string, string> = {};
  const inputFields: Record<string, string> = {};
  const values: Record<string, string> = {};
  const roots = ['Query', 'Mutation', 'Subscription'];
  const rename = random.pick([0, 0.2, 0.7]);
  const hide = random.pick([0, 0.05, 0.2]);
  const troublesome = ['constructor', 'toString', 'valueOf', 'id', 'name', 'hasOwnProperty'];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || ['String', 'Int', 'Float', 'Boolean', 'ID'].includes(type.name)) continue;
    const isRoot = roots.includes(type.name);
    if (!isRoot && random.chance(rename)) types[type.name] = `${type.name}${random.pick(['View', '2', '_'])}`;
    if (!isRoot && (isObjectType(type) || isEnumType(type)) && random.chance(hide / 3)) exclude.push(type.name);
    if (isEnumType(type) && random.chance(hide)) exclude.push(`${type.name}.${random.pick(type.getValues()).name}`);
    if (members && isEnumType(type)) Object.assign(values, rotated(type.name, type.getValues(), members, rename));
    if (members && isInputObjectType(type)) {
      for (const { name } of Object.values(type.getFields())) {
        if (members.chance(rename)) inputFields[`${type.name}.${name}`] = `${name}Given`;
      }
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const above = type.getInterfaces().flatMap((each) => Object.keys(each.getFields()));
    const taken = new Set(Object.keys(type.getFields()));
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      if (above.includes(field.name)) continue;
      if (!isInterfaceType(type) && random.chance(hide)) exclude.push(coordinate);
      const other = random.chance(0.3) ? random.pick(troublesome) : `${field.name}_${random.between(0, 9)}`;
      if (random.chance(rename) && !taken.has(other)) {
        // An interface's name for its field must be free in all its types.
        fields[coordinate] = isInterfaceType(type) ? `${field.name}OfAll` : other;
        taken.add(other);
      }
      for (const argument of field.args) {
        const name = `${coordinate}(${argument.name}:)`;
        if (!isRequiredArgument(argument) && random.chance(hide)) exclude.push(name);
        else if (random.chance(rename)) args[name] = random.pick([`${argument.name}Of`, `_${argument.name}`]);
      }
    }
  }
  const include = random.chance(0.35) ? randomInclude(schema, random) : undefined;
  return parse({
    include,
    exclude,
    rename: { types, fields, arguments: args, inputFields, values },
    mutations: random.chance(0.8),
  });
}

/** Each value under the name of the next one. */
function rotated(
  type: string,
  values: readonly { name: string }[],
  random: Random,
  rename: number,
): Record<string, string> {
  if (!random.chance(rename)) return {};
  return Object.fromEntries(
    values.map(({ name }, index) => [`${type}.${name}`, values[(index + 1) % values.length]?.name ?? name]),
  );
}

/** Patterns with a `*`, which may bring nothing: fields whose type is not included go without an error. */
function randomInclude(schema: GraphQLSchema, random: Random): string[] {
  const include = ['Query.*'];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type)) || random.chance(0.15)) continue;
    const fields = Object.keys(type.getFields()).map((field) => `${type.name}.${field}*`);
    if (random.chance(0.5)) include.push(`${type.name}.*`);
    else include.push(...fields.filter(() => random.chance(0.6)));
  }
  return include;
}
