// Names of a random client view, in place of the graph's: for types, fields and arguments.
import type { Random } from '../../differential/random.ts';
import { type GraphModel, namedType, type Renames } from './model.ts';
import type { Names } from './names.ts';

export function randomRenames(graph: GraphModel, random: Random, names: Names): Renames {
  const renames: Renames = { types: {}, fields: {}, arguments: {} };
  const some = random.pick([0.3, 0.8]);
  const types = [...graph.entities, ...graph.values, ...graph.abstracts];
  const takenTypes = new Set(types.map(({ name }) => name));
  for (const { name } of types) {
    if (random.chance(some)) renames.types[name] = names.type(takenTypes, `${name}View`);
  }
  // A field of an interface has its name in all types of the interface, which share one key: it stays as it is.
  const fixed = new Set(graph.abstracts.flatMap(({ fields }) => fields.map(({ name }) => name)));
  const owners = [
    ...graph.entities.map((entity) => ({ ...entity, fields: [...entity.key.map(asField), ...entity.fields] })),
    ...graph.values,
    { name: 'Query', fields: graph.queries },
    { name: 'Mutation', fields: graph.mutations },
  ];
  for (const { name: type, fields } of owners) {
    const taken = new Set(fields.map(({ name }) => name));
    for (const entity of graph.entities) if (entity.name === type && entity.code) taken.add(entity.code.name);
    for (const field of fields) {
      const coordinate = `${type}.${field.name}`;
      if (!fixed.has(field.name) && random.chance(some)) {
        const isRoot = type === 'Query' || type === 'Mutation';
        renames.fields[coordinate] = isRoot ? names.rootField(taken, 'view') : names.field(taken, 'view');
      }
      const takenArguments = new Set(field.arguments.map(({ name }) => name));
      for (const { name } of field.arguments) {
        if (random.chance(some)) renames.arguments[`${coordinate}(${name}:)`] = names.field(takenArguments, 'viewArg');
      }
    }
  }
  return renames;
}

/** Coordinates of fields of which a view has none: values only, so that every type stays in the view. */
export function randomHidden(graph: GraphModel, random: Random): string[] {
  const isObject = new Set([...graph.entities, ...graph.values, ...graph.abstracts].map(({ name }) => name));
  return [...graph.entities, ...graph.values].flatMap(({ name, fields }) =>
    fields.slice(1).flatMap((field) => {
      const isHidden = !isObject.has(namedType(field.type)) && random.chance(0.25);
      return isHidden ? [`${name}.${field.name}`] : [];
    }),
  );
}

/** A view gives no names to what it does not have. */
export function withoutHidden({ types, fields, arguments: args }: Renames, hidden: readonly string[]): Renames {
  const shown = (names: Record<string, string>) =>
    Object.fromEntries(Object.entries(names).filter(([key]) => !hidden.includes(key.replace(/\(.*/, ''))));
  return { types, fields: shown(fields), arguments: shown(args) };
}

function asField({ name }: { name: string }) {
  return { name, arguments: [] };
}
