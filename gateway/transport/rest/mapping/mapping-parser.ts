// Recursive descent parser of the mapping language. What is outside of the subset is an error that says what to write in
// its place.
import { Cursor } from './cursor.ts';
import { checkMethod } from './methods.ts';
import {
  type Expression,
  type Head,
  MappingError,
  type PathExpression,
  type SelectedField,
  type Step,
  type SubSelection,
} from './syntax.ts';

/** Levels of selections, arguments and literals in each other. */
const MAX_DEPTH = 50;

export class MappingParser {
  readonly #cursor: Cursor;
  #depth = 0;

  constructor(text: string, offset = 0) {
    this.#cursor = new Cursor(text, offset);
  }

  /** Offset after white space. */
  end(): number {
    this.#cursor.skip();
    return this.#cursor.offset;
  }

  /** Fields up to the closing brace, or to the end of the text. */
  fields(closing: '}' | null): SelectedField[] {
    const cursor = this.#cursor;
    const fields: SelectedField[] = [];
    for (;;) {
      cursor.skipIgnored();
      if (closing === null ? cursor.isAtEnd : cursor.take(closing)) return fields;
      if (cursor.isAtEnd) throw cursor.error('a "}" is missing at the end');
      fields.push(this.#field());
    }
  }

  expression(): Expression {
    return this.#nested(() => {
      const cursor = this.#cursor;
      cursor.skip();
      const { offset } = cursor;
      const literal = this.#literal(offset);
      if (!literal) return this.#path(true);
      const steps = this.#steps();
      const selection = this.#optionalSelection();
      if (steps.length === 0 && !selection) return literal;
      return { kind: 'path', head: { kind: 'expression', expression: literal }, steps, selection, offset };
    });
  }

  #field(): SelectedField {
    const cursor = this.#cursor;
    const { offset } = cursor;
    if (cursor.isAt('...')) {
      throw cursor.error('"..." is not supported: write the path with its selection alone, as in: a.b { c d }');
    }
    const name = this.#alias();
    cursor.skip();
    if (name !== null && cursor.isAt('{')) {
      const value: PathExpression = {
        ...{ kind: 'path', head: { kind: 'enclosing' }, steps: [], offset: cursor.offset },
        selection: this.#selection(),
      };
      return { name, value, offset };
    }
    const path = this.#path(false);
    const [step] = path.steps;
    const isKey = path.head.kind === 'enclosing' && path.steps.length === 1 && step?.kind === 'property';
    const isPlain = isKey && cursor.text.charAt(offset) !== '$';
    return { name: name ?? (isPlain ? step.name : null), value: path, offset };
  }

  /** `name:`, and null where none stands here. */
  #alias(): string | null {
    const cursor = this.#cursor;
    const { offset } = cursor;
    if (cursor.isAtName || cursor.isAtString) {
      const name = cursor.key('a name');
      cursor.skip();
      if (cursor.take(':')) {
        if (!/^[A-Za-z_]\w*$/.test(name)) throw new MappingError(`"${name}" is no name of a field`, offset);
        return name;
      }
    }
    cursor.offset = offset;
    return null;
  }

  /** @param isExpression whether it stands where a string would be a literal. */
  #path(isExpression: boolean): PathExpression {
    const cursor = this.#cursor;
    cursor.skip();
    const { offset } = cursor;
    const steps: Step[] = [];
    let head: Head = { kind: 'enclosing' };
    if (cursor.take('$(')) head = { kind: 'expression', expression: this.#wrapped() };
    else if (cursor.take('$')) {
      if (cursor.isAtName) head = { kind: 'variable', name: cursor.name('a variable') };
    } else if (cursor.take('@')) head = { kind: 'current' };
    else if (cursor.isAtName || (cursor.isAtString && !isExpression)) {
      steps.push({ kind: 'property', offset, name: cursor.key('a property') });
    } else throw cursor.error(`expected a property, a variable or "$", found ${cursor.found}`);
    steps.push(...this.#steps());
    return { kind: 'path', head, steps, selection: this.#optionalSelection(), offset };
  }

  #wrapped(): Expression {
    const expression = this.expression();
    this.#cursor.skip();
    this.#cursor.expect(')', 'after the expression');
    return expression;
  }

  #steps(): Step[] {
    const cursor = this.#cursor;
    const steps: Step[] = [];
    for (;;) {
      const before = cursor.offset;
      cursor.skip();
      const { offset } = cursor;
      if (cursor.isAt('?') && !/\s/.test(cursor.text.charAt(offset - 1))) {
        throw cursor.error('"?" is not supported: leave it out, since a path through null is null');
      }
      if (cursor.isAt('...')) cursor.offset = before;
      else if (cursor.take('.')) {
        cursor.skip();
        steps.push({ kind: 'property', name: cursor.key('a property after "."'), offset });
        continue;
      } else if (cursor.take('->')) {
        cursor.skip();
        steps.push(this.#method(offset));
        continue;
      } else cursor.offset = before;
      return steps;
    }
  }

  #method(offset: number): Step {
    const cursor = this.#cursor;
    const name = cursor.name('the name of a method after "->"');
    const before = cursor.offset;
    cursor.skip();
    const args: Expression[] = [];
    if (cursor.take('(')) args.push(...this.#list(')', 'after the arguments', () => this.expression()));
    else cursor.offset = before;
    checkMethod(name, args, offset);
    return { kind: 'method', name, args, offset };
  }

  #optionalSelection(): SubSelection | null {
    const before = this.#cursor.offset;
    this.#cursor.skip();
    if (this.#cursor.isAt('{')) return this.#selection();
    this.#cursor.offset = before;
    return null;
  }

  #selection(): SubSelection {
    return this.#nested(() => {
      const { offset } = this.#cursor;
      this.#cursor.expect('{', 'before a selection');
      const fields = this.fields('}');
      if (fields.length === 0) throw new MappingError('the selection is empty: select at least one property', offset);
      requireSelections(fields);
      return { fields, offset };
    });
  }

  /** A literal; undefined where a path stands here. */
  #literal(offset: number): Expression | undefined {
    const cursor = this.#cursor;
    if (cursor.isAtString) return { kind: 'literal', value: cursor.string(), offset };
    if (cursor.isAtNumber) return { kind: 'literal', value: cursor.number(), offset };
    if (cursor.take('[')) {
      return { kind: 'list', items: this.#list(']', 'at the end of the list', () => this.expression()), offset };
    }
    if (cursor.take('{')) {
      const properties = this.#list('}', 'at the end of the object', () => this.#property());
      return { kind: 'object', properties, offset };
    }
    const [word] = /^(?:true|false|null)(?!\w)/.exec(cursor.text.slice(offset, offset + 6)) ?? [];
    if (word === undefined) return undefined;
    cursor.take(word);
    return { kind: 'literal', value: JSON.parse(word), offset };
  }

  #property(): { name: string; value: Expression } {
    const cursor = this.#cursor;
    cursor.skip();
    const name = cursor.key('the name of a property');
    cursor.skip();
    cursor.expect(':', 'after the name of the property');
    return { name, value: this.expression() };
  }

  #list<Item>(closing: string, where: string, read: () => Item): Item[] {
    const cursor = this.#cursor;
    const items: Item[] = [];
    for (;;) {
      cursor.skip();
      if (cursor.take(closing)) return items;
      items.push(read());
      cursor.skip();
      if (!cursor.take(',') && !cursor.isAt(closing)) cursor.expect(closing, where);
    }
  }

  #nested<Value>(read: () => Value): Value {
    if (this.#depth >= MAX_DEPTH) throw this.#cursor.error(`it is nested deeper than ${MAX_DEPTH} levels`);
    this.#depth += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }
}

/** A path beside other fields needs a name, or a selection whose properties it brings. */
export function requireSelections(fields: readonly SelectedField[]): void {
  for (const { name, value, offset } of fields) {
    if (name === null && !value.selection) {
      throw new MappingError('this path needs a name, as in: name: a.b, or a selection, as in: a.b { c d }', offset);
    }
  }
}
