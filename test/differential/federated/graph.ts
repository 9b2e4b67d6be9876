// An Apollo Federation supergraph over the same kind of world as the nasty graph: several keys for one type, keys of two fields,
// fields that a parent provides, fields computed from others, and from others that are computed themselves. Single fields
// fail; every object is found. `supergraph.graphql` is composed of the other files by `@theguild/federation-composition`.
import { readFileSync } from 'node:fs';
import { buildASTSchema, concatAST, Kind, parse } from 'graphql';
import { composeSupergraph, readSupergraph } from '../../../gateway/compose/supergraph.ts';
import { Reference } from '../nasty/reference.ts';
import { type Service, serviceOf } from '../nasty/service.ts';
import { isCalm, type Weather, weatherOf } from '../nasty/weather.ts';
import { World } from '../nasty/world.ts';
import { Subject } from '../subject.ts';

const definitions = `
  scalar _Any
  scalar FieldSet
  scalar link__Import
  directive @link(url: String!, import: [link__Import]) repeatable on SCHEMA
  directive @key(fields: FieldSet!) repeatable on OBJECT
  directive @requires(fields: FieldSet!) on FIELD_DEFINITION
  directive @provides(fields: FieldSet!) on FIELD_DEFINITION
  directive @external on FIELD_DEFINITION
  directive @shareable on OBJECT | FIELD_DEFINITION`;

export function federatedSubject(): Subject {
  const read = (file: string) => readFileSync(new URL(`./${file}.graphql`, import.meta.url), 'utf8');
  const services = ['north', 'south', 'west'].map((name) => openService(name, read(name)));
  let world = new World(weatherAt(0));
  const subject: Subject = new Subject({
    name: 'federated',
    compose: (executorOf) => composeSupergraph(readSupergraph(read('supergraph'), 'supergraph.graphql'), executorOf),
    subgraphs: services.map(({ name, schema, answer }) => ({
      name,
      schema,
      answer: (request) => answer(request, world),
    })),
    knownValues: (name, _type, random) => {
      if (name === 'id') return random.pick(['b1', 'a2', 'f3']);
      return name === 'n' ? random.between(0, 4) : undefined;
    },
    mutations: 0,
    reset(seed) {
      world = new World(weatherAt(seed));
    },
    // Stock loses what is computed from fields of another object, and from what is computed itself.
    stockKnows: (seed, { text }) => isCalm(weatherAt(seed)) && !/\b(blurb|offer)\b/.test(text),
    reference: (operation) => reference.execute(operation, world),
  });
  const reference = new Reference(services, subject.graph.schema, null);
  return subject;
}

function weatherAt(seed: number): Weather {
  return { ...weatherOf(seed), missing: 0, down: new Set() };
}

function openService(name: string, sdl: string): Service {
  const document = parse(sdl);
  const entities = document.definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && node.directives?.some((directive) => directive.name.value === 'key')
      ? [node.name.value]
      : [],
  );
  const found = `union _Entity = ${entities.join(' | ')}
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`;
  return serviceOf(name, sdl, buildASTSchema(concatAST([parse(definitions), document, parse(found)])));
}
