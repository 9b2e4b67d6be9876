// Serializer code: the source of the functions that write a response's data as JSON text, one for each set of fields,
// one for each slot and one for each type of value. Property names come from the schema or from our own counters; text
// of clients (response keys) and strings of the schema (type names, enum values) are passed in as data.
import type { Plan } from '../../query-plan/plan.ts';
import type { FieldShape, Leaf, Shape, ValueType } from '../../query-plan/shape.ts';
import { CodeData, StaticText } from './generated-code.ts';
import { isShared, slotProperty } from './response-object.ts';

export class SerializerCodegen {
  readonly data = new CodeData();
  readonly #plan: Plan;
  readonly #functions: string[] = [];
  readonly #known = new Map<FieldShape[], string>();
  #names = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  source(): string {
    const [fields = []] = Object.values(this.#plan.output.types);
    const main = this.#fieldsFunction(fields);
    return `'use strict';
      ${this.data.symbolConstants()}
      let n = 0, put;
      function fail() { throw BAIL_OUT; }
      function string(v) {
        if (typeof v !== 'string') fail();
        n = put(v, n);
      }
      function number(v) {
        if (!(v instanceof NumberText)) fail();
        return v.toNumber();
      }
      function joined(start) {
        const text = out.slice(start, n).join('');
        n = start;
        return out[n++] = text;
      }
      ${this.#functions.join('\n')}
      return (root, putText) => { n = 0; put = putText; out[n++] = '{"data":'; ${main}(root); out[n++] = '}'; return n; };`;
  }

  /** The name of the function that writes an object's fields. */
  #fieldsFunction(fields: FieldShape[], shared = false): string {
    const known = this.#known.get(fields);
    if (known) return known;
    const name = this.#name('object');
    this.#known.set(fields, name);
    const text = new StaticText(this.data);
    text.add('{');
    const body = this.#segments(fields).map(({ slot, fields: together }, index) => {
      const first = index === 0;
      return slot === null ? this.#fields('o', together, first, text) : this.#slot(slot, together, first, text);
    });
    text.add('}');
    const writing = `${body.join(' ')} ${text.flush()}`;
    this.#functions.push(
      `function ${name}(o) { ${shared ? this.#storing('o', `o[${this.data.symbol(isShared)}]`, writing) : writing} }`,
    );
    return name;
  }

  /** Statements that write an object's text, which is cached on an object that stands in several places. */
  #storing(object: string, shared: string, writing: string): string {
    const cached = `${object}[${this.data.symbol(Symbol('text'))}]`;
    return `if (${cached} !== undefined) { out[n++] = ${cached}; return; }
      const start = n; ${writing} if (${shared}) ${cached} = joined(start);`;
  }

  /** Runs of fields that come from one response. */
  #segments(fields: FieldShape[]): { slot: number | null; fields: FieldShape[] }[] {
    const segments: { slot: number | null; fields: FieldShape[] }[] = [];
    for (const field of fields) {
      const last = segments.at(-1);
      if (last && last.slot === field.slot) last.fields.push(field);
      else segments.push({ slot: field.slot, fields: [field] });
    }
    return segments;
  }

  /**
   * An entity in a slot may stand in several places: its text is cached on the entity result, which no other run has.
   */
  #slot(slot: number, fields: FieldShape[], first: boolean, before: StaticText): string {
    const name = this.#name('slot');
    const text = new StaticText(this.data);
    const writing = this.#fields('s', fields, first, text);
    const nothing = fields.some((field) => field.type.nonNull)
      ? 'fail();'
      : `${this.data.writing(fields.map((field, index) => `${keyText(field, first && index === 0)}null`).join(''))} return;`;
    this.#functions.push(`function ${name}(result) {
      if (result === undefined) fail();
      const s = result.entity;
      if (s === null) { ${nothing} }
      if (s === undefined) fail();
      ${this.#storing('result', 'result.shared', `${writing} ${text.flush()}`)}
    }`);
    return `${before.flush()} ${name}(o[${this.data.symbol(slotProperty(slot))}]);`;
  }

  #fields(object: string, fields: FieldShape[], first: boolean, text: StaticText): string {
    return fields
      .map((field, index) => {
        text.add(keyText(field, first && index === 0));
        return this.#field(object, field, text);
      })
      .join(' ');
  }

  #field(object: string, { type, property }: FieldShape, text: StaticText): string {
    if (type.kind === 'typename') {
      if (type.name === null) {
        if (!type.names) return `${text.flush()} out[n++] = JSON.stringify(${object}.__typename);`;
        const names = this.data.names(type.names);
        return `${text.flush()} out[n++] = JSON.stringify(${names}[${object}.__typename]);`;
      }
      text.add(JSON.stringify(type.name));
      return '';
    }
    return this.#value(`${object}.${property}`, type, text);
  }

  /** Statements that write a value; `text` holds what stands before it and takes what stands after. */
  #value(value: string, type: ValueType, text: StaticText): string {
    if (type.kind === 'leaf' && type.nonNull && (type.leaf.is === 'String' || type.leaf.is === 'ID')) {
      text.add('"');
      const before = text.flush();
      text.add('"');
      return `${before} ${this.#stringFunction(type.leaf)}(${value});`;
    }
    return `${text.flush()} ${this.#valueFunction(type)}(${value});`;
  }

  #stringFunction(leaf: Leaf): string {
    if (leaf.is === 'String') return 'string';
    const name = this.#name('id');
    this.#functions.push(`function ${name}(v) {
      if (typeof v !== 'string' && (Number.isInteger(v) || v instanceof NumberText)) out[n++] = \`\${v}\`; else string(v);
    }`);
    return name;
  }

  #valueFunction(type: ValueType): string {
    const name = this.#name('value');
    const none = type.nonNull ? 'fail();' : "{ out[n++] = 'null'; return; }";
    this.#functions.push(`function ${name}(v) { if (v === null) ${none} ${this.#valueBody(type)} }`);
    return name;
  }

  #valueBody(type: ValueType): string {
    if (type.kind === 'list') return this.#listBody(type.of);
    if (type.kind === 'object') {
      const isNumber = hasOwnValues(type.shape) ? '' : ' || v instanceof NumberText';
      return `if (typeof v !== 'object' || Array.isArray(v)${isNumber}) fail(); ${this.#objectBody(type.shape, type.nonNull)}`;
    }
    if (type.kind === 'leaf') return this.#leafBody(type.leaf);
    return 'const t = JSON.stringify(v); if (t === undefined) fail(); out[n++] = t;';
  }

  #listBody(item: ValueType): string {
    const start = new StaticText(this.data);
    start.add('[');
    const first = this.#value('v[0]', item, start);
    const between = new StaticText(this.data, start.take());
    between.add(',');
    const other = this.#value('v[i]', item, between);
    const end = new StaticText(this.data, between.take());
    end.add(']');
    return `if (!Array.isArray(v)) fail(); if (v.length === 0) { out[n++] = '[]'; return; }
      ${first} for (let i = 1; i < v.length; i++) { ${other} } ${end.flush()}`;
  }

  #objectBody(shape: Shape, nonNull: boolean): string {
    const entries = Object.entries(shape.types);
    const write = ([name, fields]: [string, FieldShape[]]) =>
      this.#fieldsFunction(fields, shape.identityFields.includes(name));
    if (!shape.abstract) return `${entries[0] ? write(entries[0]) : this.#fieldsFunction([])}(v);`;
    const cases = entries.map((entry) => `case ${JSON.stringify(entry[0])}: ${write(entry)}(v); return;`);
    const hidden = nonNull ? [] : (shape.hidden ?? []).map((name) => `case ${JSON.stringify(name)}:`);
    const nothing = hidden.length > 0 ? `${hidden.join(' ')} out[n++] = 'null'; return;` : '';
    const type = shape.typeSlot === undefined ? 'v.__typename' : this.#typeIn(shape.typeSlot);
    return `switch (${type}) { ${cases.join(' ')} ${nothing} default: fail(); }`;
  }

  /** The type of an object as the entity in a slot determines it; undefined where there is none. */
  #typeIn(slot: number): string {
    return `v[${this.data.symbol(slotProperty(slot))}]?.entity?.__typename`;
  }

  #leafBody(leaf: Leaf): string {
    switch (leaf.is) {
      case 'String':
      case 'ID':
        return `out[n++] = '"'; ${this.#stringFunction(leaf)}(v); out[n++] = '"';`;
      case 'Int':
        // An operator would call what an object of a service has under the name `valueOf` or `toString`.
        return "if (typeof v !== 'number') v = number(v); if ((v | 0) !== v) fail(); out[n++] = '' + v;";
      case 'Float':
        return "if (typeof v !== 'number') v = number(v); if (!Number.isFinite(v)) fail(); out[n++] = '' + v;";
      case 'Boolean':
        return "out[n++] = v === true ? 'true' : v === false ? 'false' : fail();";
      case 'enum': {
        if (leaf.shown) return this.#shownEnumBody(leaf.values, leaf.shown);
        return `if (!${this.data.set(leaf.values)}.has(v)) fail(); out[n++] = '"' + v + '"';`;
      }
      default:
        return 'const t = JSON.stringify(v); if (t === undefined) fail(); out[n++] = t;';
    }
  }

  /** Values of the graph under a view's names. */
  #shownEnumBody(values: readonly string[], shown: Readonly<Record<string, string>>): string {
    const cases = values.map((value) => {
      const name = Object.hasOwn(shown, value) ? shown[value] : value;
      return `case ${JSON.stringify(value)}: out[n++] = ${JSON.stringify(`"${name}"`)}; break;`;
    });
    return `switch (v) { ${cases.join(' ')} default: fail(); }`;
  }

  #name(what: string): string {
    return `${what}${this.#names++}`;
  }
}

/**
 * Whether any field of an object is its own, whatever its type: a number lacks that property, and bails out there.
 */
function hasOwnValues({ types }: Shape): boolean {
  return Object.values(types).every((fields) =>
    fields.some(({ slot, type }) => slot === null && type.kind !== 'typename'),
  );
}

function keyText(field: FieldShape, first: boolean): string {
  return `${first ? '' : ','}${JSON.stringify(field.key)}:`;
}
