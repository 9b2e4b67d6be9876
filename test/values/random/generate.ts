// Generator of random graphs: the same for the same seed and features, and such that composition accepts them.
import { Random } from '../../differential/random.ts';
import { inputsFor, mayCompute } from './computed.ts';
import type { Features } from './features.ts';
import {
  type AbstractModel,
  type EntityModel,
  type EntityPart,
  type FieldModel,
  type GraphModel,
  hasCode,
  type KeyField,
  type LookupModel,
  namedType,
  type RootField,
  type ValueModel,
} from './model.ts';
import { Names } from './names.ts';
import { randomHidden, randomRenames, withoutHidden } from './renames.ts';
import { ArgumentTypes, OutputTypes } from './types.ts';

type FetchGroup<Model> = {
  -readonly [Key in keyof Model]: Model[Key] extends readonly (infer Item)[] ? Item[] : Model[Key];
};

export function generateGraph(seed: number, features: Features): GraphModel {
  return new Generation(seed, features).run();
}

class Generation {
  readonly #seed: number;
  readonly #features: Features;
  readonly #random: Random;
  readonly #names: Names;
  readonly #arguments: ArgumentTypes;
  readonly #typeNames = new Set(['Query', 'Mutation', 'Subscription', 'Tone', 'Filter', 'Long', 'Decimal', 'JSON']);
  readonly #rootNames = new Set<string>();
  readonly #services: string[];
  readonly #entities: FetchGroup<EntityModel>[] = [];
  readonly #values: FetchGroup<ValueModel>[] = [];
  /** The abstract lookup of each service that has one. */
  readonly #abstractLookups = new Map<string, LookupModel>();
  readonly #abstracts: AbstractModel[] = [];

  constructor(seed: number, features: Features) {
    this.#seed = seed;
    this.#features = features;
    this.#random = new Random(seed);
    this.#names = new Names(this.#random, features);
    this.#arguments = new ArgumentTypes(this.#random, this.#names, features);
    this.#services = ['a', 'b', 'c', 'd', 'e'].slice(0, this.#random.between(2, 5));
  }

  run(): GraphModel {
    const hasLookup = () => this.#features.has('abstractLookups') && this.#random.chance(0.3);
    for (const service of this.#services.filter(hasLookup)) {
      this.#abstractLookups.set(service, { ...this.#lookup(true), isAbstract: true });
    }
    const commonKey = this.#keyField(new Set());
    for (let count = this.#random.between(1, 4); count > 0; count -= 1) this.#entities.push(this.#entity(commonKey));
    if (this.#features.has('valueTypes')) {
      for (let count = this.#random.between(0, 2); count > 0; count -= 1) this.#values.push(this.#value());
    }
    if (this.#features.has('interfaces')) this.#interface(commonKey);
    if (this.#features.has('unions') && this.#random.chance(0.8)) this.#union();
    for (const entity of this.#entities) this.#fillEntity(entity);
    for (const value of this.#values) this.#fillValue(value);
    const queries = this.#services.flatMap((service) => this.#rootFields(service, this.#random.between(1, 3)));
    const getters = this.#entities.flatMap((entity) => this.#getter(entity));
    const mutations = this.#features.has('mutations')
      ? this.#services.flatMap((service) => this.#rootFields(service, this.#random.between(0, 2)))
      : [];
    const graph: GraphModel = {
      seed: this.#seed,
      services: this.#services,
      entities: this.#entities,
      values: this.#values,
      abstracts: this.#abstracts,
      queries: [...queries, ...getters, ...this.#missing([...queries, ...getters])],
      mutations,
      renames: { types: {}, fields: {}, arguments: {} },
      hidden: [],
      errors: this.#features.has('fieldErrors') ? this.#random.pick([0, 0.05]) : 0,
      marking: this.#features.has('directives') ? this.#services.filter(() => this.#random.chance(0.6)) : [],
      settings: {
        ...(this.#features.has('fewKeys') && { maxKeys: 2 }),
        ...(this.#features.has('caching') && { cache: { entities: true, defaultMaxAge: 60 } }),
      },
      scalarVariables: this.#features.has('scalarVariables'),
      bigNumbers: this.#features.has('bigNumbers'),
      bigArguments: this.#features.has('bigArguments'),
      numericIds: this.#features.has('numericIds'),
    };
    if (!this.#features.has('view')) return graph;
    const hidden = this.#features.has('hiddenFields') ? randomHidden(graph, this.#random) : [];
    return { ...graph, hidden, renames: withoutHidden(randomRenames(graph, this.#random, this.#names), hidden) };
  }

  #keyField(taken: Set<string>): KeyField {
    const types = ['ID', 'ID', 'Int', 'String', ...(this.#features.has('scalars') ? ['Long', 'Long'] : [])] as const;
    const type = this.#random.pick<KeyField['type'] | string>(types) as KeyField['type'];
    const name = this.#random.chance(0.5) && !taken.has('id') ? 'id' : this.#names.key(taken);
    taken.add(name);
    return { name, type };
  }

  #entity(commonKey: KeyField): FetchGroup<EntityModel> {
    const random = this.#random;
    const taken = new Set<string>();
    let key: KeyField[] = [random.chance(0.6) ? commonKey : this.#keyField(taken)];
    if (this.#features.has('compoundKeys') && random.chance(0.25)) {
      taken.clear();
      key = [this.#keyField(taken), this.#keyField(taken)];
    }
    const home = random.pick(this.#services);
    const services = this.#services.filter((service) => service === home || random.chance(0.6));
    const lookup = () => this.#lookup(key.length > 1);
    const parts = services.map((service): EntityPart => {
      const abstract = random.chance(0.7) ? this.#abstractLookups.get(service) : undefined;
      return { service, lookup: abstract ?? lookup(), hasAll: true };
    });
    const entity = { name: this.#names.type(this.#typeNames, 'T'), key, code: null, parts, fields: [] };
    return this.#features.has('nullKeys') && random.chance(0.6) ? this.#withCode(entity) : entity;
  }

  #lookup(compound: boolean): LookupModel {
    const random = this.#random;
    const isList = compound || !this.#features.has('singleLookups') || random.chance(0.75);
    return {
      field: this.#names.lookup(this.#rootNames),
      isList,
      by: 'key',
      inOrder: !this.#features.has('anyOrder') || random.chance(0.4),
      nullRows: random.chance(0.5),
    };
  }

  /** A second key: one part has it, and another is looked up by it alone. */
  #withCode(entity: FetchGroup<EntityModel>): FetchGroup<EntityModel> {
    const others = entity.parts.toSorted(() => (this.#random.chance(0.5) ? 1 : -1));
    const [owner, reached] = others;
    if (!owner || !reached?.lookup) return entity;
    const code = { ...this.#keyField(new Set(entity.key.map(({ name }) => name))), owner: owner.service };
    const byCode = { ...reached, lookup: { ...this.#lookup(entity.key.length > 1), by: 'code' as const } };
    return { ...entity, code, parts: entity.parts.map((part) => (part === reached ? byCode : part)) };
  }

  #value(): FetchGroup<ValueModel> {
    const services = this.#services.filter(() => this.#random.chance(0.6));
    if (services.length === 0) services.push(this.#random.pick(this.#services));
    return { name: this.#names.type(this.#typeNames, 'V'), services, fields: [] };
  }

  /** Of the entities that have the common key; the service must have them. */
  #interface(commonKey: KeyField): void {
    const types = this.#entities.filter(({ key }) => key.length === 1 && key[0] === commonKey);
    const members = this.#members((service) => types.filter(({ parts }) => parts.some((p) => p.service === service)));
    if (members.size === 0) return;
    const key = { name: commonKey.name, type: `${commonKey.type}!` };
    this.#abstracts.push({ name: this.#names.type(this.#typeNames, 'I'), kind: 'interface', fields: [key], members });
  }

  #union(): void {
    const members = this.#members((service) => [
      ...this.#entities.filter(({ parts }) => parts.some((part) => part.service === service)),
      ...this.#values.filter(({ services }) => services.includes(service)),
    ]);
    if (members.size === 0) return;
    this.#abstracts.push({ name: this.#names.type(this.#typeNames, 'U'), kind: 'union', fields: [], members });
  }

  #members(of: (service: string) => readonly { name: string }[]): Map<string, string[]> {
    const services = this.#services.filter(() => this.#random.chance(0.7));
    return new Map(
      services.flatMap((service) => {
        const names = of(service).map(({ name }) => name);
        return names.length > 0 ? [[service, names] as const] : [];
      }),
    );
  }

  #types(services: readonly string[]): OutputTypes {
    const has = (names: readonly string[]) => services.every((service) => names.includes(service));
    const composite = [
      ...this.#entities.filter(({ parts }) => has(parts.map(({ service }) => service))),
      ...this.#values.filter((value) => has(value.services)),
      ...(services.length === 1 ? this.#abstracts.filter(({ members }) => has([...members.keys()])) : []),
    ];
    return new OutputTypes(
      this.#random,
      this.#features,
      composite.map(({ name }) => name),
    );
  }

  #fillEntity(entity: FetchGroup<EntityModel>): void {
    const random = this.#random;
    const taken = new Set([...entity.key, ...(entity.code ? [entity.code] : [])].map(({ name }) => name));
    for (const { service } of entity.parts) {
      for (let count = random.between(0, 3); count > 0; count -= 1) {
        entity.fields.push(this.#field(taken, [service], this.#types([service]).any()));
      }
    }
    const shares = this.#features.has('sharedFields') && entity.parts.length > 1;
    for (let count = shares ? random.between(0, 2) : 0; count > 0; count -= 1) {
      // A part that is looked up by the second key lacks the objects without one.
      const complete = entity.parts.filter(({ lookup }) => lookup?.by !== 'code');
      const services = complete.map(({ service }) => service).filter(() => random.chance(0.6));
      if (services.length > 1) entity.fields.push(this.#field(taken, services, this.#types(services).any()));
    }
    if (this.#features.has('computed')) for (const part of entity.parts) this.#compute(entity, part, taken);
    entity.parts = entity.parts.map((part) => this.#completedPart(entity, part));
  }

  /** Fields that a service computes from those of others. */
  #compute(entity: FetchGroup<EntityModel>, part: EntityPart, taken: Set<string>): void {
    const random = this.#random;
    const inputs = inputsFor(entity, part);
    if (inputs.length === 0 || !mayCompute(part)) return;
    for (let count = random.between(0, 2); count > 0; count -= 1) {
      const requires = new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(inputs).name));
      const field = this.#field(taken, [part.service], this.#types([part.service]).any());
      entity.fields.push({ ...field, requires: [...requires] });
    }
  }

  /** A part that serves nothing has no lookup; one that shares nothing may lack objects. */
  #completedPart(entity: EntityModel, part: EntityPart): EntityPart {
    const own = entity.fields.filter(({ services }) => services.includes(part.service));
    const serves = own.length > 0 || hasCode(entity, part.service);
    if (!serves) return { ...part, lookup: null };
    const sharesNothing = own.every(({ services }) => services.length === 1);
    const mayLack = this.#features.has('missingRows') && sharesNothing && this.#random.chance(0.5);
    return { ...part, hasAll: part.lookup?.by === 'key' && !mayLack };
  }

  #fillValue(value: FetchGroup<ValueModel>): void {
    const taken = new Set<string>();
    for (let count = this.#random.between(1, 3); count > 0; count -= 1) {
      value.fields.push(this.#field(taken, value.services, this.#types(value.services).any()));
    }
  }

  #field(taken: Set<string>, services: readonly string[], type: string): FieldModel {
    const name = taken === this.#rootNames ? this.#names.rootField(taken, 'q') : this.#names.field(taken, 'f');
    return { name, type, arguments: this.#arguments.some(), services };
  }

  #rootFields(service: string, count: number): RootField[] {
    const types = this.#types([service]);
    return Array.from({ length: count }, () => this.#field(this.#rootNames, [service], types.composite()));
  }

  /** Root fields for types that none of these returns: what only lookups return is no part of the graph. */
  #missing(queries: readonly RootField[]): RootField[] {
    const returned = new Set(queries.map(({ type }) => namedType(type)));
    const types = [
      ...this.#entities.map(({ name, parts }) => ({ name, services: parts.map(({ service }) => service) })),
      ...this.#values,
      ...this.#abstracts.map(({ name, members }) => ({ name, services: [...members.keys()] })),
    ];
    return types
      .filter(({ name }) => !returned.has(name))
      .map(({ name, services }) => this.#field(this.#rootNames, [this.#random.pick(services)], name));
  }

  /** A root field for one object by its key. */
  #getter({ name, key, parts }: EntityModel): RootField[] {
    const [field] = key;
    if (key.length > 1 || !field || !this.#features.has('arguments')) return [];
    return [
      {
        name: this.#names.rootField(this.#rootNames, 'get'),
        type: name,
        arguments: [{ name: 'key', type: `${field.type}!` }],
        services: [this.#random.pick(parts).service],
        byKeyOf: name,
      },
    ];
  }
}
