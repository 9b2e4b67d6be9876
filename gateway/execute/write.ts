// Writes an answer's data as JSON text, straight from the subgraphs' answers: generated code, one function for each set of
// fields. It handles answers in which nothing is wrong. At the first value that is not as it must be it gives up, and
// `complete.ts` does the work again with care.
//
// Generated code holds property names from the schema or from our own counters and numbers. What a client wrote (response
// keys) and what the schema says in strings (enum values) is handed in as data.
import type { FieldShape, Leaf, Plan, Shape, ValueType } from './plan.ts';
import type { AnswerObject } from './positions.ts';

/** The data as JSON text, or null if something in it needs care. */
export type Writer = (root: AnswerObject) => string | null;

/** Thrown by generated code that meets a value it does not handle. */
const needsCare = new Error('needs care');

/** Null where this process may not generate code (`--disallow-code-generation-from-strings`). */
export function compileWriter(plan: Plan): Writer | null {
  const writing = new WriterSource(plan);
  const source = writing.source();
  let write: (root: AnswerObject) => string;
  try {
    write = new Function('texts', 'sets', 'quote', 'scalar', 'needsCare', source)(
      writing.texts,
      writing.sets,
      quote,
      scalar,
      needsCare,
    );
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
  return (root) => {
    try {
      return write(root);
    } catch (error) {
      if (error === needsCare) return null;
      throw error;
    }
  };
}

class WriterSource {
  /** JSON text around values: `{"key":`, `,"other":`. */
  readonly texts: string[] = [];
  /** Values of enums. */
  readonly sets: Set<string>[] = [];
  readonly #plan: Plan;
  readonly #functions: string[] = [];
  readonly #known = new Map<FieldShape[], string>();
  readonly #shared: ReadonlySet<string>;
  #names = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#shared = new Set(plan.lookups.map((lookup) => `$${lookup.id}`));
  }

  source(): string {
    const [fields = []] = Object.values(this.#plan.output.types);
    const main = this.#fieldsFunction(fields);
    return `'use strict';\nfunction fail() { throw needsCare; }\n${this.#functions.join('\n')}\nreturn ${main};`;
  }

  /** The name of the function that writes an object's fields. */
  #fieldsFunction(fields: FieldShape[]): string {
    const known = this.#known.get(fields);
    if (known) return known;
    const name = `write${this.#names++}`;
    this.#known.set(fields, name);
    const segments = this.#segments(fields);
    if (segments.length === 0) {
      this.#functions.push(`function ${name}(o) { return '{}'; }`);
      return name;
    }
    const parts = segments.map(({ slot, fields: together }, index) => {
      const first = index === 0;
      return slot === null ? this.#fieldTexts('o', together, first) : this.#slotCall(slot, together, first);
    });
    this.#functions.push(`function ${name}(o) { return ${parts.join(' + ')} + '}'; }`);
    return name;
  }

  /** Runs of fields that come from one answer. */
  #segments(fields: FieldShape[]): { slot: number | null; fields: FieldShape[] }[] {
    const segments: { slot: number | null; fields: FieldShape[] }[] = [];
    for (const field of fields) {
      const last = segments.at(-1);
      if (last && last.slot === field.slot) last.fields.push(field);
      else segments.push({ slot: field.slot, fields: [field] });
    }
    return segments;
  }

  /** What hangs in a slot is found once and stands in many places: its text is kept with it. */
  #slotCall(slot: number, fields: FieldShape[], first: boolean): string {
    const name = `write${this.#names++}`;
    const nothing = fields.some((field) => field.type.nonNull)
      ? 'fail()'
      : fields.map((field, index) => `${this.#key(field, first && index === 0)} + 'null'`).join(' + ');
    const property = `$${slot}`;
    const text = this.#fieldTexts('s', fields, first);
    const kept = this.#shared.has(property) ? `s.$t${this.#names} ??= ${text}` : text;
    this.#functions.push(
      `function ${name}(s) { if (s === undefined) fail(); if (s === null) return ${nothing}; return ${kept}; }`,
    );
    return `${name}(o.${property})`;
  }

  #fieldTexts(object: string, fields: FieldShape[], first: boolean): string {
    return fields
      .map((field, index) => {
        const key = this.#key(field, first && index === 0);
        return `${key} + ${this.#field(object, field)}`;
      })
      .join(' + ');
  }

  #key(field: FieldShape, first: boolean): string {
    this.texts.push(`${first ? '{' : ','}${JSON.stringify(field.key)}:`);
    return `texts[${this.texts.length - 1}]`;
  }

  #field(object: string, field: FieldShape): string {
    const { type, property } = field;
    if (type.kind === 'typename') {
      return type.name === null ? `quote(${object}.__typename)` : `'${JSON.stringify(type.name)}'`;
    }
    return `${this.#valueFunction(type)}(${object}.${property})`;
  }

  #valueFunction(type: ValueType): string {
    const name = `value${this.#names++}`;
    const none = type.nonNull ? 'fail()' : "'null'";
    this.#functions.push(`function ${name}(v) { if (v === null) return ${none}; ${this.#valueBody(type)} }`);
    return name;
  }

  #valueBody(type: ValueType): string {
    if (type.kind === 'list') {
      const item = this.#valueFunction(type.of);
      return `if (!Array.isArray(v)) fail(); if (v.length === 0) return '[]'; let t = '[' + ${item}(v[0]);
        for (let i = 1; i < v.length; i++) t += ',' + ${item}(v[i]); return t + ']';`;
    }
    if (type.kind === 'object') return `if (typeof v !== 'object') fail(); ${this.#objectBody(type.shape)}`;
    if (type.kind === 'leaf') return this.#leafBody(type.leaf);
    return 'return JSON.stringify(v);';
  }

  #objectBody(shape: Shape): string {
    const entries = Object.entries(shape.types);
    if (!shape.abstract) return `return ${this.#fieldsFunction(entries[0]?.[1] ?? [])}(v);`;
    const cases = entries.map(
      ([name, fields]) => `case ${JSON.stringify(name)}: return ${this.#fieldsFunction(fields)}(v);`,
    );
    return `switch (v.__typename) { ${cases.join(' ')} default: fail(); }`;
  }

  #leafBody(leaf: Leaf): string {
    switch (leaf.is) {
      case 'String':
        return "return typeof v === 'string' ? quote(v) : fail();";
      case 'ID':
        return "return typeof v === 'string' ? quote(v) : Number.isInteger(v) ? '\"' + v + '\"' : fail();";
      case 'Int':
        return "return (v | 0) === v ? '' + v : fail();";
      case 'Float':
        return "return typeof v === 'number' && Number.isFinite(v) ? '' + v : fail();";
      case 'Boolean':
        return "return v === true ? 'true' : v === false ? 'false' : fail();";
      case 'enum': {
        this.sets.push(new Set(leaf.values));
        return `return sets[${this.sets.length - 1}].has(v) ? '"' + v + '"' : fail();`;
      }
      default:
        return 'return scalar(v);';
    }
  }
}

/** Characters that JSON text cannot hold as they are (RFC 8259, section 7), and lone surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that JSON must escape
const escaped = /[\u0000-\u001f"\\\ud800-\udfff]/;

function quote(text: string): string {
  return escaped.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** A custom scalar's value passes as the subgraph gave it; one that gave none needs care. */
function scalar(value: unknown): string {
  if (value === undefined) throw needsCare;
  return JSON.stringify(value);
}
