// Generated schemas: random, but the same for the same seed, and valid. Made to be hard on selections: interfaces in interfaces,
// types that promise more than their interfaces, unions, lists of lists, non-null in all places, names shared by many types.
import { buildSchema, type GraphQLSchema, validateSchema } from 'graphql';
import { Random } from './random.ts';

/** `name: type` by name. */
type Fields = Map<string, string>;

export function generateSchema(seed: number): GraphQLSchema {
  // Two interfaces of a type may have narrowed the same field differently.
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    // Only the schema is checked, not the SDL: that throws.
    const schema = buildSchema(new Writing(new Random(seed * 1000 + attempt)).sdl(), { assumeValidSDL: true });
    if (validateSchema(schema).length === 0) return schema;
  }
  throw new Error(`No valid schema comes of seed ${seed}.`);
}

class Writing {
  readonly #random: Random;
  readonly #interfaces = new Map<string, { fields: Fields; parents: string[] }>();
  readonly #objects = new Map<string, { fields: Fields; parents: string[] }>();
  readonly #unions = new Map<string, string[]>();
  #names: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  sdl(): string {
    const interfaces = Array.from({ length: this.#random.between(1, 4) }, (_, index) => `I${index}`);
    const objects = Array.from({ length: this.#random.between(2, 5) }, (_, index) => `T${index}`);
    for (let index = 0; index < this.#random.between(0, 2); index += 1) {
      this.#unions.set(`U${index}`, [
        ...new Set([this.#random.pick(objects), this.#random.pick(objects), this.#random.pick(objects)]),
      ]);
    }
    this.#names = [...interfaces, ...objects, ...this.#unions.keys()];
    for (const [index, name] of interfaces.entries()) this.#interfaces.set(name, this.#interface(name, index));
    for (const name of objects) this.#objects.set(name, this.#object());
    const root = () => new Map([...this.#own('q', 4), ['one', this.#random.pick(this.#names)]]);
    return [
      ...[...this.#interfaces].map(([name, { fields, parents }]) => definition('interface', name, parents, fields)),
      ...[...this.#objects].map(([name, { fields, parents }]) => definition('type', name, parents, fields)),
      ...[...this.#unions].map(([name, members]) => `union ${name} = ${members.join(' | ')}`),
      definition('type', 'Query', [], root()),
      definition('type', 'Mutation', [], root()),
      'enum Colour { RED GREEN }',
    ].join('\n');
  }

  #interface(name: string, index: number): { fields: Fields; parents: string[] } {
    const above = [...this.#interfaces.keys()];
    const parents = above.length > 0 && this.#random.chance(0.6) ? this.#withTheirs([this.#random.pick(above)]) : [];
    return {
      parents,
      fields: new Map([...this.#inherited(parents), ...this.#own(`i${index}`, 2), ...this.#shared(name)]),
    };
  }

  #object(): { fields: Fields; parents: string[] } {
    const known = [...this.#interfaces.keys()];
    const parents = this.#withTheirs(known.filter(() => this.#random.chance(0.5)));
    return { parents, fields: new Map([...this.#shared(''), ...this.#own('f', 2), ...this.#inherited(parents)]) };
  }

  #withTheirs(names: string[]): string[] {
    return [...new Set(names.flatMap((name) => [...(this.#interfaces.get(name)?.parents ?? []), name]))];
  }

  #inherited(parents: string[]): Fields {
    const fields: Fields = new Map();
    for (const parent of parents)
      for (const [name, type] of this.#interfaces.get(parent)?.fields ?? []) fields.set(name, type);
    for (const [name, type] of fields) if (this.#random.chance(0.35)) fields.set(name, this.#narrowed(type));
    return fields;
  }

  /** A type that promises more. */
  #narrowed(type: string): string {
    const named = type.replace(/[[\]!]/g, '');
    const members = [
      ...[...this.#objects, ...this.#interfaces]
        .filter(([, { parents }]) => parents.includes(named))
        .map(([name]) => name),
      ...(this.#unions.get(named) ?? []),
    ];
    const narrower =
      members.length > 0 && this.#random.chance(0.6) ? type.replace(named, this.#random.pick(members)) : type;
    return narrower.endsWith('!') || this.#random.chance(0.5) ? narrower : `${narrower}!`;
  }

  #own(prefix: string, most: number): Fields {
    const fields: Fields = new Map();
    const count = this.#random.between(1, most);
    for (let index = 0; index < count; index += 1) {
      fields.set(`${prefix}${index}${this.#random.chance(0.2) ? '(n: Int)' : ''}`, this.#type());
    }
    return fields;
  }

  /** Fields that others have under the same name. */
  #shared(owner: string): Fields {
    return owner === '' || this.#random.chance(0.2) ? new Map([['name', this.#wrapped('String')]]) : new Map();
  }

  #type(): string {
    const leaf = this.#random.chance(0.35);
    return this.#wrapped(this.#random.pick(leaf ? ['String', 'Int', 'ID', 'Colour'] : this.#names));
  }

  #wrapped(named: string): string {
    let type = this.#random.chance(0.3) ? `${named}!` : named;
    for (let lists = this.#random.pick([0, 0, 0, 1, 1, 2]); lists > 0; lists -= 1) {
      type = this.#random.chance(0.3) ? `[${type}]!` : `[${type}]`;
    }
    return type;
  }
}

function definition(kind: string, name: string, parents: string[], fields: Fields): string {
  const clause = parents.length > 0 ? ` implements ${parents.join(' & ')}` : '';
  return `${kind} ${name}${clause} { ${[...fields].map(([field, type]) => `${field}: ${type}`).join(' ')} }`;
}
