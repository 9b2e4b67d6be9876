// Attack documents for any schema: requests up to the default limits that are built to block the event loop, in the
// ways there are. The same for the same schema.
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getIntrospectionQuery,
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
  isRequiredInputField,
} from 'graphql';

export interface Attack {
  name: string;
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

/** Lexical tokens that a document may have by default, with some room. */
const TOKENS = 4_900;
const BODY_BYTES = 1_000_000;

export function attackDocuments(schema: GraphQLSchema): Attack[] {
  return [...new Attacks(schema).all()];
}

class Attacks {
  readonly #schema: GraphQLSchema;
  readonly #query: string;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    this.#query = schema.getQueryType()?.name ?? 'Query';
  }

  *all(): Iterable<Attack> {
    yield* this.#wide();
    yield* this.#fragments();
    yield* this.#abstract();
    yield* this.#conditions();
    yield* this.#variables();
    yield* this.#overlap();
    yield* this.#literals();
    yield* this.#texts();
    yield* this.#operations();
    yield* this.#names();
    yield* this.#introspection();
  }

  #fieldsOf(type: GraphQLNamedType): GraphQLField<unknown, unknown>[] {
    return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  }

  /** A field with the arguments that it needs. */
  #call({ name, args }: GraphQLField<unknown, unknown>): string {
    const needed = args.filter((argument) => isRequiredArgument(argument) || /^(first|limit)$/.test(argument.name));
    if (needed.length === 0) return name;
    return `${name}(${needed.map((argument) => `${argument.name}: ${this.#literal(argument.type)}`).join(', ')})`;
  }

  #literal(type: GraphQLInputType, depth = 0): string {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return `[${this.#literal(nullable.ofType, depth)}]`;
    if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? 'null';
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter((field) => isRequiredInputField(field));
      if (depth > 4) return '{}';
      return `{${fields.map((field) => `${field.name}: ${this.#literal(field.type, depth + 1)}`).join(', ')}}`;
    }
    const { name } = nullable;
    if (name === 'Int' || name === 'Float') return '1';
    return name === 'Boolean' ? 'true' : '"1"';
  }

  #composite(type: GraphQLNamedType): GraphQLField<unknown, unknown>[] {
    return this.#fieldsOf(type).filter((field) => isCompositeType(getNamedType(field.type)));
  }

  #leaves(type: GraphQLNamedType, most: number): string {
    const leaves = this.#fieldsOf(type).filter((field) => !isCompositeType(getNamedType(field.type)));
    return ['__typename', ...leaves.slice(0, most).map((field) => this.#call(field))].join(' ');
  }

  /** Everything that can be selected, breadth first as far as the tokens go, for several depths. */
  *#wide(): Iterable<Attack> {
    const root = this.#schema.getQueryType();
    if (!root) return;
    for (const depth of [3, 5, 8, 13]) {
      let tokens = 0;
      const select = (type: GraphQLNamedType, left: number): string => {
        const parts = [this.#leaves(type, 50)];
        tokens += 60;
        if (isAbstractType(type)) {
          for (const possible of this.#schema.getPossibleTypes(type)) {
            if (tokens > TOKENS * 0.8) break;
            tokens += 6;
            parts.push(`... on ${possible.name} { ${left > 1 ? this.#leaves(possible, 0) : '__typename'} }`);
          }
          return parts.join(' ');
        }
        for (const field of left > 1 ? this.#composite(type).slice(0, left > 7 ? 2 : 50) : []) {
          if (tokens > TOKENS * 0.8) break;
          tokens += 10;
          parts.push(`${this.#call(field)} { ${select(getNamedType(field.type), left - 1)} }`);
        }
        return parts.join(' ');
      };
      for (const chosen of this.#composite(root).slice(0, 3)) {
        tokens = 0;
        const below = select(getNamedType(chosen.type), depth - 1);
        yield { name: `wide, ${depth} levels below ${chosen.name}`, query: `{ ${this.#call(chosen)} { ${below} } }` };
      }
    }
  }

  /** Fragments in fragments, for every object type that can be reached. */
  *#fragments(): Iterable<Attack> {
    const root = this.#schema.getQueryType();
    if (!root) return;
    for (const [levels, width, leaves] of [
      [3, 30, 20],
      [4, 8, 5],
      [6, 4, 3],
      [10, 2, 1],
      [13, 2, 1],
      [13, 1, 100],
    ] as const) {
      for (const chosen of this.#composite(root).slice(0, 6)) {
        const written = new Map<string, string>();
        let tokens = 0;
        const fragment = (type: GraphQLNamedType, level: number): string => {
          const name = `F${type.name}${level}`;
          if (written.has(name)) return `...${name}`;
          written.set(name, '');
          const parts = [this.#leaves(type, leaves)];
          tokens += leaves + 10;
          if (isAbstractType(type)) {
            for (const possible of this.#schema.getPossibleTypes(type).slice(0, width)) {
              if (tokens > TOKENS * 0.7) break;
              parts.push(fragment(possible, level));
            }
          } else if (level < levels) {
            for (const field of this.#composite(type).slice(0, width)) {
              if (tokens > TOKENS * 0.7) break;
              tokens += 10;
              parts.push(`${this.#call(field)} { ${fragment(getNamedType(field.type), level + 1)} }`);
            }
          }
          written.set(name, `fragment ${name} on ${type.name} { ${parts.join(' ')} }`);
          return `...${name}`;
        };
        const start = `{ ${this.#call(chosen)} { ${fragment(getNamedType(chosen.type), 1)} } }`;
        yield {
          name: `fragments, ${levels} levels of ${width} below ${chosen.name}`,
          query: `${start} ${[...written.values()].join(' ')}`,
        };
      }
    }
  }

  /** Places of many possible types, in each other. */
  *#abstract(): Iterable<Attack> {
    const abstract = Object.values(this.#schema.getTypeMap())
      .filter(isAbstractType)
      .map((type) => ({ type, possible: this.#schema.getPossibleTypes(type) }))
      .sort((one, other) => other.possible.length - one.possible.length)
      .slice(0, 3);
    const root = this.#schema.getQueryType();
    for (const { type, possible } of abstract) {
      const field = root && this.#composite(root).find((one) => getNamedType(one.type) === type);
      if (!field) continue;
      const call = this.#call(field);
      const some = (share: number) => possible.slice(0, Math.max(1, Math.floor(possible.length * share)));
      const on = (body: (name: string) => string) => some(1).map((one) => `... on ${one.name} { ${body(one.name)} }`);
      yield { name: `all types of ${type.name}`, query: `{ ${call} { ${on(() => '__typename').join(' ')} } }` };
      const each = on(() => `... on ${type.name} { __typename }`).join(' ');
      yield { name: `${type.name} in all types of ${type.name}`, query: `{ ${call} { ${each} } }` };
      const aliases = Array.from({ length: 19 }, (_, index) => `a${index}: ${call} { ...F }`);
      yield {
        name: `all types of ${type.name} by fragment, many times`,
        query: `{ ${aliases.join(' ')} } fragment F on ${type.name} { ${on((one) => this.#leaves(this.#schema.getType(one) as GraphQLNamedType, 2)).join(' ')} }`,
      };
      const levels = Array.from(
        { length: 12 },
        (_, level) =>
          `fragment L${level} on ${type.name} { ${some(0.2)
            .map((one) => `... on ${one.name} { ${level === 11 ? '__typename' : `...L${level + 1}`} }`)
            .join(' ')} }`,
      );
      yield {
        name: `${type.name} in itself by fragments`,
        query: `{ ${call} { ...L0 } } ${levels.join(' ')}`.slice(0, 60_000),
      };
      const deep = Array.from({ length: 400 }, () => `... on ${type.name} {`);
      yield {
        name: `${type.name} in itself, deep`,
        query: `{ ${call} { ${deep.join(' ')} __typename ${'}'.repeat(400)} } }`,
      };
      yield {
        name: `${type.name} in itself, wide`,
        query: `{ ${call} { ${`... on ${type.name} { __typename } `.repeat(700)} } }`,
      };
    }
  }

  *#conditions(): Iterable<Attack> {
    const definitions = Array.from({ length: 30 }, (_, index) => `$c${index}: Boolean = true`).join(' ');
    const fragments = Array.from({ length: 45 }, (_, index) => `... @include(if: $c${index % 30}) { __typename }`);
    yield { name: 'conditions', query: `query (${definitions}) { ${fragments.join(' ')} }` };
    const nulls = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`c${index}`, null]));
    yield {
      name: 'conditions that are null',
      query: `query (${definitions}) { ${fragments.join(' ')} }`,
      variables: nulls,
    };
    for (const attack of [...this.#fragments(), ...this.#abstract()]) {
      yield {
        name: `null variable: ${attack.name}`,
        query: `query ($no: Boolean = true) ${attack.query.replace(' { ', ' { ... @include(if: $no) { __typename } ').replace('...', '... @include(if: $no) { __typename } ...')}`,
        variables: { no: null },
      };
    }
    const used = Array.from({ length: 2000 }, () => '__typename @nope').join(' ');
    yield { name: 'unknown directives', query: `{ ${used} }` };
    yield { name: 'many directives at one place', query: `{ __typename ${'@include(if: true) '.repeat(800)} }` };
  }

  *#variables(): Iterable<Attack> {
    yield {
      name: 'unused variables',
      query: `query (${Array.from({ length: 1200 }, (_, at) => `$v${at}: Int`).join(' ')}) { __typename }`,
    };
    yield {
      name: 'variables of unknown types',
      query: `query (${Array.from({ length: 1200 }, (_, at) => `$v${at}: Nnt${at}`).join(' ')}) { __typename }`,
    };
    yield {
      name: 'undefined variables',
      query: `{ ${Array.from({ length: 700 }, (_, at) => `... @include(if: $v${at}) { __typename }`).join(' ')} }`,
    };
    yield { name: 'equal variables', query: `query (${'$v: Int '.repeat(1200)}) { __typename }` };
    const inputs = Object.values(this.#schema.getTypeMap()).filter(isInputObjectType);
    for (const input of inputs
      .sort((one, other) => Object.keys(other.getFields()).length - Object.keys(one.getFields()).length)
      .slice(0, 3)) {
      const fields = Object.keys(input.getFields());
      yield {
        name: `defaults of ${input.name}`,
        query: `query (${Array.from({ length: 600 }, (_, at) => `$v${at}: ${input.name} = {}`).join(' ')}) { __typename }`,
      };
      yield {
        name: `defaults of ${input.name} with unknown fields`,
        query: `query (${Array.from({ length: 300 }, (_, at) => `$v${at}: ${input.name} = {${fields[0]}x: {a: {b: 1}}}`).join(' ')}) { __typename }`,
      };
      yield {
        name: `a list of ${input.name}`,
        query: `query ($v: [${input.name}] = [${'{} '.repeat(2300)}]) { __typename }`,
      };
      const list = Array.from({ length: 80_000 }, () => ({}));
      yield {
        name: `values of ${input.name}`,
        query: `query ($v: [${input.name}]) { __typename }`,
        variables: { v: list },
      };
      const wrong = Array.from({ length: 20_000 }, () => ({ [`${fields[0]}x`]: 1 }));
      yield {
        name: `wrong values of ${input.name}`,
        query: `query ($v: [${input.name}]) { __typename }`,
        variables: { v: wrong },
      };
      for (const field of Object.values(input.getFields())) {
        if (getNamedType(field.type) !== input) continue;
        let deep: unknown = {};
        for (let level = 0; level < 5000; level += 1)
          deep = { [field.name]: isListType(getNullableType(field.type)) ? [deep] : deep };
        yield {
          name: `deep values of ${input.name}`,
          query: `query ($v: ${input.name}) { __typename }`,
          variables: { v: deep },
        };
      }
    }
    yield {
      name: 'values of a list',
      query: 'query ($v: [Int]) { __typename }',
      variables: { v: Array.from({ length: 125_000 }, () => 1) },
    };
    yield {
      name: 'wrong values of a list',
      query: 'query ($v: [Int!]) { __typename }',
      variables: { v: Array.from({ length: 125_000 }, () => 'a') },
    };
    yield {
      name: 'long wrong values',
      query: `query (${Array.from({ length: 50 }, (_, at) => `$v${at}: Int`).join(' ')}) { __typename }`,
      variables: Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`v${at}`, 'x'.repeat(5000)])),
    };
    yield {
      name: 'a long wrong list',
      query: `query (${Array.from({ length: 50 }, (_, at) => `$v${at}: Int`).join(' ')}) { __typename }`,
      variables: Object.fromEntries(
        Array.from({ length: 50 }, (_, at) => [`v${at}`, Array.from({ length: 1000 }, () => [1])]),
      ),
    };
    yield {
      name: 'many variables that are not declared',
      query: '{ __typename }',
      variables: Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`v${at}`, 1])),
    };
  }

  *#overlap(): Iterable<Attack> {
    const root = this.#schema.getQueryType();
    if (!root) return;
    const [field] = this.#composite(root);
    if (!field) return;
    const call = this.#call(field);
    yield { name: 'equal fields', query: `{ ${`${call} { __typename } `.repeat(500)} }` };
    yield { name: 'equal leaves', query: `{ ${call} { ${'__typename '.repeat(4000)} } }` };
    yield {
      name: 'fields in conflict',
      query: `{ ${Array.from({ length: 900 }, (_, at) => `a: ${root.getFields()[Object.keys(root.getFields())[at % 2] ?? '']?.name}`).join(' ')} }`,
    };
    yield {
      name: 'arguments in conflict',
      query: `{ ${Array.from({ length: 450 }, (_, at) => `${field.name}(zz: ${at}) { __typename }`).join(' ')} }`,
    };
    const levels = Array.from(
      { length: 300 },
      (_, at) => `fragment F${at} on ${this.#query} { ${call} { __typename } ...F${at + 1} ...F${at + 2} }`,
    );
    yield {
      name: 'fragments that overlap',
      query: `{ ...F0 } ${levels.join(' ')} fragment F300 on ${this.#query} { __typename } fragment F301 on ${this.#query} { __typename }`,
    };
    const chain = Array.from({ length: 900 }, (_, at) => `fragment F${at} on ${this.#query} { ...F${(at + 1) % 900} }`);
    yield { name: 'a circle of fragments', query: `{ ...F0 } ${chain.join(' ')}` };
    const all = Array.from(
      { length: 60 },
      (_, at) =>
        `fragment F${at} on ${this.#query} { ${Array.from({ length: 60 }, (_, to) => `...F${to}`).join(' ')} }`,
    );
    yield {
      name: 'fragments that all spread each other',
      query: `{ ...F0 } ${all.slice(0, 38).join(' ')}`.replaceAll(/\.\.\.F(3[89]|[45]\d) ?/g, ''),
    };
    const straight = Array.from({ length: 900 }, (_, at) => `fragment F${at} on ${this.#query} { ...F${at + 1} }`);
    yield {
      name: 'a chain of fragments',
      query: `{ ...F0 } ${straight.join(' ')} fragment F900 on ${this.#query} { __typename }`,
    };
    yield {
      name: 'a chain of fragments, last first',
      query: `{ ...F0 } fragment F900 on ${this.#query} { __typename } ${straight.reverse().join(' ')}`,
    };
  }

  *#literals(): Iterable<Attack> {
    const root = this.#schema.getQueryType();
    if (!root) return;
    const places = Object.values(this.#schema.getTypeMap())
      .flatMap((type) => (type === root ? this.#fieldsOf(type) : []))
      .filter(({ args }) => args.length > 0);
    const value = (name: string, literal: string): Attack[] =>
      places.slice(0, 4).map((field) => ({
        name: `${name} in ${field.name}`,
        query: `{ ${field.name}(${field.args[0]?.name}: ${literal}) ${isCompositeType(getNamedType(field.type)) ? '{ __typename }' : ''} }`,
      }));
    yield* value('a long list', `[${'1 '.repeat(4800)}]`);
    yield* value('a list of lists', `${'['.repeat(1200)}${']'.repeat(1200)}`);
    yield* value('nested objects', `${'{a: '.repeat(1100)}1${'}'.repeat(1100)}`);
    yield* value('many objects', `[${'{a: 1} '.repeat(900)}]`);
    yield* value('an object with equal fields', `{${'a: 1 '.repeat(1500)}}`);
    yield* value(
      'an object with unknown fields',
      `{${Array.from({ length: 1500 }, (_, at) => `a${at}: 1`).join(' ')}}`,
    );
    yield* value('a long string', `"${'x'.repeat(BODY_BYTES - 200)}"`);
    yield* value('a string of escapes', `"${'\\u0061'.repeat(140_000)}"`);
    yield* value('a string of short escapes', `"${'\\n'.repeat(320_000)}"`);
    yield* value('a block string of lines', `"""${'\n'.repeat(480_000)}"""`);
    yield* value('a block string of quotes', `"""${'\\"""'.repeat(190_000)}"""`);
    yield* value('a block string that is indented', `"""${' '.repeat(500)}${`\n${' '.repeat(500)}a`.repeat(1500)}"""`);
    yield* value('a long number', '1'.repeat(BODY_BYTES - 200));
    yield* value('a long name', 'x'.repeat(BODY_BYTES - 200));
    yield* value('strings where numbers are expected', `[${'"a" '.repeat(4500)}]`);
  }

  *#texts(): Iterable<Attack> {
    yield { name: 'comments', query: `{ __typename } ${'#\n'.repeat(320_000)}` };
    yield { name: 'one comment', query: `{ __typename } #${'x'.repeat(BODY_BYTES - 200)}` };
    yield { name: 'commas', query: `{ __typename ${','.repeat(BODY_BYTES - 200)} }` };
    yield { name: 'lines', query: `{ __typename ${'\n'.repeat(480_000)} }` };
    yield { name: 'lines with errors below', query: `{ ${'\n'.repeat(480_000)} ${'nope '.repeat(200)} }` };
    yield {
      name: 'lines and fields',
      query: `{ ${'__typename\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n'.repeat(4500)} }`,
    };
    yield { name: 'braces', query: '{'.repeat(4900) };
    yield { name: 'nested fields', query: `${'{a'.repeat(2400)}${'}'.repeat(99)}` };
    yield { name: 'a syntax error at the end of many lines', query: `{ ${'\n'.repeat(480_000)} ! }` };
    yield { name: 'a syntax error on a long line', query: `{ ${' '.repeat(BODY_BYTES - 1000)} ! }` };
    yield { name: 'no document', query: ' '.repeat(BODY_BYTES - 1000) };
    yield { name: 'an unknown long field', query: `{ ${'x'.repeat(BODY_BYTES - 1000)} }` };
    yield { name: 'unknown long fields', query: `{ ${`${'x'.repeat(9_000)} `.repeat(100)} }` };
    yield { name: 'a long alias', query: `{ ${'x'.repeat(BODY_BYTES - 1000)}: __typename }` };
    yield { name: 'a long operation name', query: `query ${'x'.repeat(BODY_BYTES - 1000)} { __typename }` };
    yield { name: 'definitions of types', query: 'type A { a: Int } '.repeat(600) };
  }

  *#operations(): Iterable<Attack> {
    const many = Array.from({ length: 900 }, (_, at) => `query q${at} { __typename }`);
    yield { name: 'many operations', query: many.join(' '), operationName: 'q7' };
    yield { name: 'many operations of one name', query: 'query q { __typename } '.repeat(900), operationName: 'q' };
    yield { name: 'many operations without a name', query: '{ __typename } '.repeat(1500) };
    yield {
      name: 'unused fragments',
      query: `{ __typename } ${Array.from({ length: 900 }, (_, at) => `fragment f${at} on ${this.#query} { __typename }`).join(' ')}`,
    };
    yield {
      name: 'fragments of one name',
      query: `{ ...f } ${`fragment f on ${this.#query} { __typename } `.repeat(700)}`,
    };
    yield { name: 'unknown fragments', query: `{ ${'...f '.repeat(2400)} }` };
    for (const [operations, fragments] of [
      [300, 300],
      [150, 450],
      [450, 100],
    ] as const) {
      const uses = Array.from(
        { length: fragments },
        (_, at) => `fragment f${at} on ${this.#query} { ... @skip(if: $v) { ...f${at + 1} } }`,
      ).slice(0, Math.floor((TOKENS - operations * 9) / 16));
      const ops = Array.from({ length: operations }, (_, at) => `query q${at}($v: Boolean!) { ...f0 }`);
      const last = `fragment f${uses.length} on ${this.#query} { __typename }`;
      yield {
        name: `${operations} operations over ${uses.length} fragments`,
        query: `${ops.join(' ')} ${uses.join(' ')} ${last}`,
        operationName: 'q3',
        variables: { v: false },
      };
    }
    const wide = Array.from({ length: 40 }, () => '... @include(if: $v) { __typename }').join(' ');
    const operations = Array.from({ length: 400 }, (_, at) => `query q${at}($v: Boolean!) { ...f }`);
    yield {
      name: 'operations over a fragment with variables',
      query: `${operations.join(' ')} fragment f on ${this.#query} { ${wide} }`,
      operationName: 'q3',
      variables: { v: false },
    };
    const undefinedUses = Array.from({ length: 350 }, (_, at) => `query q${at} { ...f }`);
    yield {
      name: 'operations over a fragment with undefined variables',
      query: `${undefinedUses.join(' ')} fragment f on ${this.#query} { ${Array.from({ length: 200 }, (_, at) => `... @include(if: $u${at}) { __typename }`).join(' ')} }`,
      operationName: 'q3',
    };
    yield {
      name: 'subscriptions',
      query: Array.from({ length: 600 }, (_, at) => `subscription s${at} { a b c }`).join(' '),
      operationName: 's2',
    };
  }

  *#names(): Iterable<Attack> {
    yield { name: 'unknown fields', query: `{ ${Array.from({ length: 4000 }, (_, at) => `nope${at}`).join(' ')} }` };
    const [first] = Object.keys(this.#schema.getQueryType()?.getFields() ?? {});
    yield { name: 'fields that are nearly there', query: `{ ${`${first}x `.repeat(4000)} }` };
    yield {
      name: 'unknown arguments',
      query: `{ ${first}(${Array.from({ length: 1500 }, (_, at) => `nope${at}: 1`).join(' ')}) }`,
    };
    yield { name: 'equal arguments', query: `{ ${first}(${'id: 1 '.repeat(1500)}) }` };
    yield {
      name: 'unknown types',
      query: `{ ${Array.from({ length: 1200 }, (_, at) => `... on Nope${at} { a }`).join(' ')} }`,
    };
    yield {
      name: 'long unknown types',
      query: `{ ${Array.from({ length: 90 }, (_, at) => `... on ${'N'.repeat(9000)}${at} { a }`).join(' ')} }`,
    };
    const types = Object.keys(this.#schema.getTypeMap()).filter((name) => !name.startsWith('__'));
    yield {
      name: 'types that cannot stand here',
      query: `{ ${types
        .slice(0, 1200)
        .map((name) => `... on ${name} { __typename }`)
        .join(' ')} }`,
    };
  }

  *#introspection(): Iterable<Attack> {
    yield { name: 'introspection', query: getIntrospectionQuery() };
    const schema = (below: string) => `{ __schema { ${below} } }`;
    const nested = (levels: number, below: string): string =>
      levels === 0 ? below : `ofType { name ${nested(levels - 1, below)} }`;
    const bodies: Record<string, string> = {
      'all types':
        'types { name kind description fields(includeDeprecated: true) { name description type { kind name } } }',
      'types of all fields':
        'types { fields(includeDeprecated: true) { type { name fields(includeDeprecated: true) { name } } } }',
      'types of fields of types of fields': 'types { fields { type { fields { type { fields { name } } } } } }',
      'named types of fields': 'types { fields { type { ofType { fields { name } } } } }',
      'deep ofType': `types { fields { args { type { ${nested(14, 'name')} } } type { ${nested(14, 'name')} } } }`,
      'possible types': 'types { possibleTypes { name interfaces { name } } }',
      'possible types of interfaces of possible types':
        'types { possibleTypes { interfaces { possibleTypes { name } } } }',
      'enum values': `types { ${Array.from({ length: 90 }, (_, at) => `e${at}: enumValues { name description }`).join(' ')} }`,
      'input fields':
        'types { inputFields { type { ofType { inputFields { type { ofType { inputFields { name } } } } } } } }',
      'fields many times': `types { ${Array.from({ length: 90 }, (_, at) => `f${at}: fields { name }`).join(' ')} }`,
      'names many times': `${Array.from({ length: 90 }, (_, at) => `t${at}: types { name description }`).join(' ')}`,
      'names by equal fields': `types { ${'name '.repeat(4500)} }`,
      'query type': `queryType { fields { type { ofType { fields { type { ofType { fields { name } } } } } } } }`,
      arguments: `types { fields { args { name description defaultValue type { name ofType { name } } } } }`,
    };
    for (const [name, body] of Object.entries(bodies)) yield { name: `introspection: ${name}`, query: schema(body) };
    const types = Object.values(this.#schema.getTypeMap()).sort(
      (one, other) => this.#fieldsOf(other).length - this.#fieldsOf(one).length,
    );
    const widest = types[0]?.name;
    const of = (below: string) =>
      Array.from({ length: 19 }, (_, at) => `t${at}: __type(name: "${widest}") { ${below} }`).join(' ');
    for (const below of [
      'fields { type { fields { name } } }',
      'fields { type { ofType { fields { type { ofType { name } } } } } }',
      'fields { args { type { ofType { inputFields { name type { name } } } } } }',
    ]) {
      yield { name: `introspection of a type: ${below}`, query: `{ ${of(below)} }` };
    }
    yield {
      name: 'introspection by variable',
      query: 'query ($n: String!) { __type(name: $n) { fields { type { fields { name type { name } } } } } }',
      variables: { n: widest },
    };
    const wide = Object.values(this.#schema.getTypeMap())
      .filter(isAbstractType)
      .sort((one, other) => this.#schema.getPossibleTypes(other).length - this.#schema.getPossibleTypes(one).length)[0];
    if (wide) {
      yield {
        name: 'introspection of an interface',
        query: `{ ${Array.from({ length: 19 }, (_, at) => `t${at}: __type(name: "${wide.name}") { possibleTypes { name fields { name } interfaces { name } } }`).join(' ')} }`,
      };
    }
    yield {
      name: 'introspection by fragments',
      query: `{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { name fields { type { ...C } } } fragment C on __Type { name fields { name } }`,
    };
  }
}
