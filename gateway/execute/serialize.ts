// Response serializer: generated code, one function for each set of fields, that writes a response's data as JSON
// text straight from the subgraphs' responses. It handles responses without any problem. At the first unexpected
// value it bails out, and `complete.ts` does the work again on the slow path.
//
// The chunks of the text are collected in one array and joined once: concatenation with `+` makes ropes, thousands
// of small objects for the garbage collector (see docs/engine.md for the measurements).
//
// Generated code contains property names from the schema or from our own counters and numbers. Text of clients
// (response keys) and strings of the schema (type names, enum values) are passed in as data. Everything that is
// stored on objects of a response, such as cached text, is under symbols: a subgraph cannot put anything there.

import { NumberText } from '../json/number-text.ts';
import type { FieldShape, Leaf, Plan, Shape, ValueType } from '../query-plan/plan.ts';
import { isShared, type ResponseObject } from './response-object.ts';
import { slotProperty } from './slot.ts';

/**
 * Writes the whole result, `{"data":{…}}`, as JSON text; null if something in it needs the slow path.
 * @param escapes characters that strings must be searched for, null for all that JSON escapes.
 */
export type Serializer = (root: ResponseObject, escapes: string | null) => string | null;

/** Thrown by generated code that meets a value it does not handle. */
const BAIL_OUT = new Error('bail out');

/** Chunks of the response that is being written; writing is synchronous, so one array serves all plans. */
const chunks: string[] = [];

/** Null where this process may not generate code (`--disallow-code-generation-from-strings`). */
export function compileSerializer(plan: Plan): Serializer | null {
  const writing = new SerializerCodegen(plan);
  const source = writing.source();
  let write: (root: ResponseObject, write: WriteString) => number;
  try {
    write = new Function('out', 'texts', 'sets', 'typeNames', 'symbols', 'BAIL_OUT', 'NumberText', source)(
      chunks,
      writing.texts,
      writing.sets,
      writing.typeNames,
      writing.symbols,
      BAIL_OUT,
      NumberText,
    );
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
  return (root, escapes) => {
    try {
      chunks.length = write(root, stringWriterFor(escapes));
      return chunks.join('');
    } catch (error) {
      // A value that is nested too deeply to be written is reported at its path.
      if (error === BAIL_OUT || error instanceof RangeError) return null;
      throw error;
    } finally {
      release();
    }
  };
}

/** Chunks of most responses: the array keeps room for as many. */
const USUAL_CHUNKS = 65_536;

/** The last response, which may be private or long, is not kept alive until the next one is written. */
function release(): void {
  if (chunks.length > USUAL_CHUNKS) chunks.length = 0;
  else chunks.fill('');
}

/**
 * Characters that JSON text cannot hold as they are (RFC 8259, section 7: controls, quotes, backslashes), and lone surrogates:
 * all but these.
 */
const escaped = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Writes a string as chunks, from this index on, escaped but without its quotes; returns the next index. */
type WriteString = (text: string, index: number) => number;

const stringWriters: Readonly<Record<string, WriteString>> = {
  '': (text, index) => {
    chunks[index] = text;
    return index + 1;
  },
  '"': writeSplitting('"', '\\"'),
  '\n': writeSplitting('\n', '\\n'),
};

function stringWriterFor(escapes: string | null): WriteString {
  return (escapes === null ? undefined : stringWriters[escapes]) ?? writeEscaped;
}

/** Escapes in one string from which on copying it is cheaper than writing its parts. */
const MAX_CHUNKS = 256;

/** For strings in which only one character has to be escaped: the parts between are written without being copied. */
function writeSplitting(character: string, written: string): WriteString {
  return (text, index) => {
    let next = index;
    let from = 0;
    for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, from)) {
      if (next - index > MAX_CHUNKS) return writeEscaped(text, index);
      chunks[next++] = text.slice(from, at);
      chunks[next++] = written;
      from = at + 1;
    }
    chunks[next++] = from === 0 ? text : text.slice(from);
    return next;
  };
}

function writeEscaped(text: string, index: number): number {
  chunks[index] = escaped.test(text) ? JSON.stringify(text).slice(1, -1) : text;
  return index + 1;
}

class SerializerCodegen {
  /** Text between values: `{"key":`, `,"other":`. */
  readonly texts: string[] = [];
  /** Values of enums. */
  readonly sets: Set<string>[] = [];
  /** The client's names of types. */
  readonly typeNames: Readonly<Record<string, string>>[] = [];
  /** Properties of objects that are not data. */
  readonly symbols: symbol[] = [];
  readonly #symbolNames = new Map<symbol, string>();
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
      ${this.symbols.map((_, index) => `const symbol${index} = symbols[${index}];`).join(' ')}
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
    const text = new StaticText(this.texts);
    text.add('{');
    const body = this.#segments(fields).map(({ slot, fields: together }, index) => {
      const first = index === 0;
      return slot === null ? this.#fields('o', together, first, text) : this.#slot(slot, together, first, text);
    });
    text.add('}');
    const writing = `${body.join(' ')} ${text.flush()}`;
    this.#functions.push(
      `function ${name}(o) { ${shared ? this.#storing('o', `o[${this.#symbol(isShared)}]`, writing) : writing} }`,
    );
    return name;
  }

  /** Statements that write an object's text, which is cached on an object that stands in several places. */
  #storing(object: string, shared: string, writing: string): string {
    const cached = `${object}[${this.#symbol(Symbol('text'))}]`;
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
   * An entity in a slot may stand in several indexs: its text is cached on the entity result, which no other run has.
   */
  #slot(slot: number, fields: FieldShape[], first: boolean, before: StaticText): string {
    const name = this.#name('slot');
    const text = new StaticText(this.texts);
    const writing = this.#fields('s', fields, first, text);
    const nothing = fields.some((field) => field.type.nonNull)
      ? 'fail();'
      : `${textOf(this.texts, fields.map((field, index) => `${keyText(field, first && index === 0)}null`).join(''))} return;`;
    this.#functions.push(`function ${name}(result) {
      if (result === undefined) fail();
      const s = result.entity;
      if (s === null) { ${nothing} }
      if (s === undefined) fail();
      ${this.#storing('result', 'result.shared', `${writing} ${text.flush()}`)}
    }`);
    return `${before.flush()} ${name}(o[${this.#symbol(slotProperty(slot))}]);`;
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
        this.typeNames.push(type.names);
        return `${text.flush()} out[n++] = JSON.stringify(typeNames[${this.typeNames.length - 1}][${object}.__typename]);`;
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
    const start = new StaticText(this.texts);
    start.add('[');
    const first = this.#value('v[0]', item, start);
    const between = new StaticText(this.texts, start.take());
    between.add(',');
    const other = this.#value('v[i]', item, between);
    const end = new StaticText(this.texts, between.take());
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
    return `switch (v.__typename) { ${cases.join(' ')} ${nothing} default: fail(); }`;
  }

  #leafBody(leaf: Leaf): string {
    switch (leaf.is) {
      case 'String':
      case 'ID':
        return `out[n++] = '"'; ${this.#stringFunction(leaf)}(v); out[n++] = '"';`;
      case 'Int':
        return "if ((v | 0) !== v) { v = number(v); if ((v | 0) !== v) fail(); } out[n++] = '' + v;";
      case 'Float':
        return "if (typeof v !== 'number') v = number(v); if (!Number.isFinite(v)) fail(); out[n++] = '' + v;";
      case 'Boolean':
        return "out[n++] = v === true ? 'true' : v === false ? 'false' : fail();";
      case 'enum': {
        if (leaf.shown) return this.#shownEnumBody(leaf.values, leaf.shown);
        this.sets.push(new Set(leaf.values));
        return `if (!sets[${this.sets.length - 1}].has(v)) fail(); out[n++] = '"' + v + '"';`;
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

  /** The name of a constant that holds the symbol. */
  #symbol(symbol: symbol): string {
    const known = this.#symbolNames.get(symbol);
    if (known) return known;
    const name = `symbol${this.symbols.push(symbol) - 1}`;
    this.#symbolNames.set(symbol, name);
    return name;
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

/** Static text between values, collected until a value has to be written after it. */
class StaticText {
  readonly #texts: string[];
  #pending: string;

  constructor(texts: string[], pending = '') {
    this.#texts = texts;
    this.#pending = pending;
  }

  add(text: string): void {
    this.#pending += text;
  }

  take(): string {
    const taken = this.#pending;
    this.#pending = '';
    return taken;
  }

  /** The statement that writes the collected text. */
  flush(): string {
    return textOf(this.#texts, this.take());
  }
}

function textOf(texts: string[], text: string): string {
  if (text === '') return '';
  texts.push(text);
  return `out[n++] = texts[${texts.length - 1}];`;
}

function keyText(field: FieldShape, first: boolean): string {
  return `${first ? '' : ','}${JSON.stringify(field.key)}:`;
}
