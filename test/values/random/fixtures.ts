// Data of a random graph: none is stored, every value follows from the seed, the field's coordinate, the object and the
// arguments. So every service returns for its fields what a single schema over the same data returns.
import { hash, Random } from '../../differential/random.ts';
import { JsonNumber, sortedText } from '../../harness/json-numbers.ts';
import {
  type EntityModel,
  type FieldModel,
  type GraphModel,
  type KeyField,
  namedType,
  OBJECTS,
  partOf,
  type RootField,
} from './model.ts';
import { membersOf } from './sdl.ts';

/** An object, as resolvers pass it on. */
export interface Thing {
  type: string;
  /** Of an entity: from 0 to `OBJECTS`, exclusive. */
  number: number;
  /** In a service that computes fields: the key with which the object was looked up, and the inputs in it. */
  inputs?: Readonly<Record<string, unknown>>;
}

/** Stands for inputs of which one is null that must not be: there is nothing to compute from. */
const incomplete = Symbol('incomplete');

const keys: Record<KeyField['type'], readonly string[]> = {
  // Texts of which some are easily taken for others: by case, as numbers, as falsy.
  ID: ['1', '01', 'a1', 'A1', '7', 'x "quoted" \\'],
  Int: ['0', '-1', '1', '2147483647', '42', '10'],
  String: ['', 'a', 'A', 'ümläut 💡', 'line\nbreak', '0'],
  Long: ['0', '-1', '1', '12', '42', '1000'],
};

const bigKeys: Partial<typeof keys> = {
  ID: ['9007199254740992', '9007199254740993', '1', '01', 'a1', '1152921504606846977'],
  Long: [
    '9007199254740993',
    '9007199254740992',
    '1152921504606846977',
    '1152921504606846978',
    '0',
    '-9223372036854775808',
  ],
};

/** Stands before an ID that a service writes as a number. */
export const numericMark = '\u0001number:';

export class Fixtures {
  readonly graph: GraphModel;

  constructor(graph: GraphModel) {
    this.graph = graph;
  }

  entity(type: string): EntityModel | undefined {
    return this.graph.entities.find(({ name }) => name === type);
  }

  /** The text of an object's key, or of a part of it. */
  keyText(entity: EntityModel, { type, name }: KeyField, number: number): string {
    const texts = (this.graph.bigNumbers && bigKeys[type]) || keys[type];
    // Of two parts of a key, neither alone tells objects apart.
    const place = entity.key.indexOf(entity.key.find((field) => field.name === name) as KeyField);
    if (entity.key.length < 2 || place < 0) return texts[number] as string;
    return texts[place === 0 ? number % 3 : Math.floor(number / 3)] as string;
  }

  /** Whether a service has an object; the first is everywhere. */
  has(entity: EntityModel, service: string, number: number): boolean {
    const part = partOf(entity, service);
    if (!part) return false;
    if (part.hasAll || number === 0) return true;
    if (part.lookup?.by === 'code' && this.#codeOf(entity, number) === null) return false;
    return this.#random(`has ${entity.name} ${service} ${number}`).chance(0.7);
  }

  /** The text of the second key; null where its owner does not have the object, or it has none. */
  #codeOf(entity: EntityModel, number: number): string | null {
    const { code } = entity;
    if (!code) return null;
    if (number === 0) return this.keyText(entity, code, number);
    if (!this.has(entity, code.owner, number)) return null;
    return this.#random(`code ${entity.name} ${number}`).chance(0.7) ? this.keyText(entity, code, number) : null;
  }

  /** The object with these keys in a service; undefined where there is none anywhere. */
  find(entity: EntityModel, fields: readonly KeyField[], texts: readonly string[]): number | undefined {
    const numbers = Array.from({ length: OBJECTS }, (_, number) => number);
    return numbers.find((number) => fields.every((field, at) => this.#text(entity, field, number) === texts[at]));
  }

  #text(entity: EntityModel, field: KeyField, number: number): string | null {
    return field.name === entity.code?.name ? this.#codeOf(entity, number) : this.keyText(entity, field, number);
  }

  /**
   * The value of a field; numbers of custom scalars are `JsonNumber`s. @throws where the field fails
   * @param asService whether IDs may be marked to be written as numbers
   */
  value(parent: Thing, name: string, args: Readonly<Record<string, unknown>>, asService: boolean): unknown {
    const entity = this.entity(parent.type);
    const key = entity && [...entity.key, ...(entity.code ? [entity.code] : [])].find((field) => field.name === name);
    if (entity && key) return this.#key(key, this.#text(entity, key, parent.number), asService);
    const owner = [...this.graph.entities, ...this.graph.values].find(({ name }) => name === parent.type);
    const root = parent.type === 'Mutation' ? this.graph.mutations : this.graph.queries;
    const field: RootField | undefined = (owner?.fields ?? root).find((one) => one.name === name);
    if (!field) throw new Error(`The graph has no ${parent.type}.${name}.`);
    if (field.byKeyOf) return this.#byKey(field, args);
    const inputs = entity && this.#inputs(entity, parent, field);
    if (inputs === incomplete) return null;
    // The object must be there, unless no service with the field has it.
    if (entity && !field.services.some((service) => this.has(entity, service, parent.number))) return null;
    const random = this.#random(`${parent.type}.${name} ${parent.number} ${sortedText({ ...args, ...inputs })}`);
    // A service that selects a non-null input for the gateway's sake would lose the object that has it.
    const takesObject = field.type.endsWith('!') && entity?.fields.some(({ requires }) => requires?.includes(name));
    if (!takesObject && random.chance(this.graph.errors))
      throw new Error(`${parent.type}.${name} of ${parent.number} fails`);
    return new Making(this, random, field, asService).value(field.type);
  }

  /** What a field is computed from: as it was sent to the service, else as it is. @throws where one of them fails */
  #inputs(
    entity: EntityModel,
    parent: Thing,
    { requires = [] }: FieldModel,
  ): Record<string, unknown> | typeof incomplete {
    const inputs: Record<string, unknown> = {};
    for (const name of requires) {
      const value = parent.inputs ? (parent.inputs[name] ?? null) : this.value(parent, name, {}, false);
      const type = entity.fields.find((field) => field.name === name)?.type;
      if (value === null && type?.endsWith('!')) return incomplete;
      inputs[`@${name}`] = value;
    }
    return inputs;
  }

  #byKey({ byKeyOf, services }: RootField, { key }: Readonly<Record<string, unknown>>): Thing | null {
    const entity = this.entity(byKeyOf as string) as EntityModel;
    const number = this.find(entity, entity.key, [String(key)]);
    const isThere = number !== undefined && this.has(entity, services[0] as string, number);
    return isThere ? { type: entity.name, number } : null;
  }

  #key({ type }: KeyField, text: string | null, asService: boolean): unknown {
    if (text === null) return null;
    if (type === 'Long') return new JsonNumber(text);
    if (type === 'Int') return Number(text);
    return type === 'ID' ? this.id(text, asService) : text;
  }

  id(text: string, asService: boolean): string {
    return asService && this.graph.numericIds && /^(0|[1-9]\d*)$/.test(text) ? `${numericMark}${text}` : text;
  }

  #random(what: string): Random {
    return new Random(hash(`${this.graph.seed} ${what}`));
  }
}

class Making {
  readonly #fixtures: Fixtures;
  readonly #random: Random;
  readonly #field: FieldModel;
  readonly #asService: boolean;

  constructor(fixtures: Fixtures, random: Random, field: FieldModel, asService: boolean) {
    this.#fixtures = fixtures;
    this.#random = random;
    this.#field = field;
    this.#asService = asService;
  }

  /** A value of a type as in SDL. */
  value(type: string): unknown {
    const random = this.#random;
    if (!type.endsWith('!')) return random.chance(0.12) ? null : this.#present(type);
    return this.#present(type.slice(0, -1));
  }

  #present(type: string): unknown {
    if (!type.startsWith('[')) return this.#leaf(type) ?? this.#object(type);
    return Array.from({ length: this.#random.pick([0, 1, 2, 4]) }, () => this.value(type.slice(1, -1)));
  }

  #object(type: string): Thing | null {
    const { graph } = this.#fixtures;
    const [service] = this.#field.services;
    const abstract = graph.abstracts.find(({ name }) => name === type);
    const name = abstract ? this.#random.pick(membersOf(abstract, service)) : type;
    const entity = this.#fixtures.entity(name);
    const number = this.#random.between(0, OBJECTS - 1);
    if (!entity) return { type: name, number: this.#random.between(0, 1e9) };
    const isThere = this.#field.services.every((each) => this.#fixtures.has(entity, each, number));
    return { type: name, number: isThere ? number : 0 };
  }

  /** Undefined for a type that is no leaf. */
  #leaf(type: string): unknown {
    const random = this.#random;
    const big = this.#fixtures.graph.bigNumbers;
    switch (namedType(type)) {
      case 'Int':
        return random.between(-5, 1000);
      case 'Float':
        return random.pick([0.5, 3, -2.25, 1e21, 1e-7]);
      case 'Boolean':
        return random.chance(0.5);
      case 'ID':
        return this.#fixtures.id(random.pick(big ? ['5', '9007199254740993', 'x'] : ['5', 'x', '']), this.#asService);
      case 'String':
        return random.pick([
          'plain',
          '',
          'with "quotes" \\',
          'line\nbreak',
          'ümläut 💡',
          '\ud800 \u2028 </script>',
          '5',
        ]);
      case 'Tone':
        return random.pick(['LOUD', 'SOFT', 'constructor', '_0']);
      case 'Long':
        return new JsonNumber(random.pick(big ? bigNumbers : ['0', '7', '-12']));
      case 'Decimal':
        return new JsonNumber(random.pick(big ? bigDecimals : ['0.5', '7', '-1.25']));
      case 'JSON':
        // A response may have what no literal can.
        return random.chance(0.2) ? { '': anyJson(random, big) } : anyJson(random, big);
      default:
        return undefined;
    }
  }
}

export const bigNumbers = [
  '9007199254740993',
  '1152921504606846977',
  '-9223372036854775808',
  '7',
  '12345678901234567890',
];
export const bigDecimals = ['10.50', '0.10000000000000000001', '1e400', '-0', '1E+2', '1234567890.12345678901', '3'];

export function anyJson(random: Random, big: boolean): unknown {
  const number = new JsonNumber(random.pick(big ? [...bigNumbers, ...bigDecimals] : ['1', '2.5']));
  return random.pick<unknown>([
    number,
    'text',
    { a: [number, { b: null }] },
    [[], {}, number],
    { __proto: number },
    true,
  ]);
}
