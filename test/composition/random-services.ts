// SDL of services that share types and differ in their definitions: random, and the same for the same seed.
import { Random } from '../differential/random.ts';

const scalars = ['Int', 'String', 'Boolean', 'Float'] as const;
const values = ['RED', 'GREEN', 'BLUE', 'GREY'] as const;

/**
 * Definition of a field or argument in all services; each writes it with its own `!`s, and leaves out what it lacks.
 */
interface Meaning {
  name: string;
  type: string;
  list: boolean;
  arguments: Meaning[];
  defaultValue: string | null;
}

/** SDL by the service's name. */
export function randomServices(seed: number): Record<string, string> {
  return new Services(new Random(seed)).sdls();
}

class Services {
  readonly #random: Random;
  readonly #entities: { name: string; fields: Meaning[] }[];
  readonly #inputFields: Meaning[];
  readonly #shared: Meaning;
  /** How often services differ: 0 where they mostly agree. */
  readonly #variance: number;

  constructor(random: Random) {
    this.#random = random;
    this.#variance = random.pick([0.05, 0.2, 0.4]);
    this.#entities = Array.from({ length: random.between(1, 3) }, (_, type) => ({
      name: `T${type}`,
      fields: Array.from({ length: random.between(2, 5) }, (_, field) => this.#meaning(`f${field}`, true)),
    }));
    this.#inputFields = Array.from({ length: 3 }, (_, field) => this.#meaning(`i${field}`, false));
    this.#shared = this.#meaning('shared', true);
  }

  sdls(): Record<string, string> {
    const names = ['alpha', 'beta', 'gamma', 'delta'].slice(0, this.#random.between(2, 4));
    return Object.fromEntries(names.map((name, index) => [name, this.#service(name, index)]));
  }

  #meaning(name: string, hasArguments: boolean): Meaning {
    const random = this.#random;
    const isInput = !hasArguments;
    const type = random.pick([...scalars, 'E0', ...(isInput ? [] : ['E1'])]);
    const list = random.chance(0.25);
    return {
      name,
      type,
      list,
      arguments: hasArguments
        ? Array.from({ length: random.pick([0, 0, 1, 2]) }, (_, argument) => this.#argument(`a${argument}`))
        : [],
      defaultValue: isInput && random.chance(0.2) ? this.#literal(type, list) : null,
    };
  }

  #argument(name: string): Meaning {
    const random = this.#random;
    const type = random.pick([...scalars, 'E0', 'Page']);
    const list = random.chance(0.2);
    const defaultValue = type !== 'Page' && random.chance(0.3) ? this.#literal(type, list) : null;
    return { name, type, list, arguments: [], defaultValue };
  }

  #literal(type: string, list: boolean): string {
    const literals: Record<string, string> = {
      Int: '7',
      String: '"x"',
      Boolean: 'true',
      Float: '1.5',
      E0: 'RED',
      E1: 'RED',
    };
    return list ? `[${literals[type]}]` : (literals[type] as string);
  }

  #service(name: string, index: number): string {
    const random = this.#random;
    const entities = this.#entities.filter(() => random.chance(0.8));
    const queries = [`only_${name}(page: Page): E1`];
    const types: string[] = [];
    const shared = this.#random.chance(0.7)
      ? ` shared${this.#argumentsOf(this.#shared)}: ${this.#reference(this.#shared)}`
      : '';
    for (const { name: type, fields } of entities) {
      queries.push(`${name}${type}: ${random.pick(['', '['])}${type}`.replace(/\[(.*)$/, '[$1]'));
      queries.push(`_${type}s(ids: [ID!]!): [${type}]! @merge(keyField: "id")`);
      const own = fields.filter(() => random.chance(0.7)).map((field) => this.#field(field));
      const named = random.chance(0.5) || index === 0 ? ' implements Named' : '';
      types.push(`type ${type}${named} { id: ID! ${own.join(' ')}${named && shared} }`);
    }
    const implemented = types.some((type) => type.includes('implements Named'));
    if (implemented) queries.push(`named_${name}: [Named]`);
    if (entities.length > 0 && random.chance(0.5)) {
      types.push(`union Any = ${entities.map((entity) => entity.name).join(' | ')}`);
      queries.push(`any_${name}: [Any]`);
    }
    const inputs = this.#inputFields.filter(() => !random.chance(this.#variance));
    return [
      ...(random.chance(0.3) ? ['"""What can be read."""'] : []),
      `type Query { ${queries.join(' ')} }`,
      ...types,
      ...(implemented ? [`interface Named { id: ID!${shared} }`] : []),
      `input Page { size: Int ${inputs.map((field) => this.#input(field)).join(' ')} }`,
      this.#enum('E0', random.chance(this.#variance / 2)),
      this.#enum('E1', random.chance(this.#variance)),
    ].join('\n');
  }

  #field(meaning: Meaning): string {
    const deprecated = this.#random.chance(0.1) ? ' @deprecated(reason: "old")' : '';
    return `${meaning.name}${this.#argumentsOf(meaning)}: ${this.#reference(meaning)}${deprecated}`;
  }

  #argumentsOf({ arguments: all }: Meaning): string {
    const own = all.filter(() => !this.#random.chance(this.#variance));
    return own.length === 0 ? '' : `(${own.map((argument) => this.#input(argument)).join(' ')})`;
  }

  #input(meaning: Meaning): string {
    const value = meaning.defaultValue === null ? '' : ` = ${meaning.defaultValue}`;
    return `${meaning.name}: ${this.#reference(meaning)}${value}`;
  }

  #reference({ type, list }: Meaning): string {
    const bang = () => (this.#random.chance(this.#variance) ? '!' : '');
    return list ? `[${type}${bang()}]${bang()}` : `${type}${bang()}`;
  }

  #enum(name: string, differs: boolean): string {
    const own = differs ? values.filter((value) => value === 'RED' || this.#random.chance(0.7)) : values;
    return `enum ${name} { ${own.join(' ')} }`;
  }
}
