// OpenAPI document as it is read: values with their JSON pointers, local references, and places in the file (OpenAPI 3.0.4 and 3.1.1,
// RFC 6901). A document is checked where it is used, and nothing outside it is fetched.
import { type Document, isMap, isNode, isSeq, LineCounter, type Pair, parseDocument, Scalar } from 'yaml';
import { unusableFile } from '../../config/config-error.ts';

/** A part of a document that cannot be expressed, with the reason. */
export class Inexpressible extends Error {
  readonly element: Element;

  /** @param reason a sentence without its full stop. */
  constructor(element: Element, reason: string) {
    super(reason);
    this.element = element;
  }
}

/** A value of a document, at a place. */
export class Element {
  readonly document: OpenApiDocument;
  readonly pointer: string;
  readonly value: unknown;

  constructor(document: OpenApiDocument, pointer: string, value: unknown) {
    this.document = document;
    this.pointer = pointer;
    this.value = value;
  }

  get isObject(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
  }

  has(key: string): boolean {
    return this.isObject && Object.hasOwn(this.value as object, key);
  }

  /** A member of an object; undefined where there is none. */
  get(key: string): Element | undefined {
    return this.has(key) ? this.#child(key, (this.value as Record<string, unknown>)[key]) : undefined;
  }

  /** Members of an object; empty for any other value. */
  entries(): [string, Element][] {
    if (!this.isObject) return [];
    return Object.entries(this.value as object).map(([key, value]) => [key, this.#child(key, value)]);
  }

  /** Elements of a list; empty for any other value. */
  items(): Element[] {
    if (!Array.isArray(this.value)) return [];
    return this.value.map((value, index) => this.#child(String(index), value));
  }

  /** A member that is a text; undefined for any other. */
  text(key: string): string | undefined {
    const value = this.get(key)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  /** Whether a member is `true`. */
  is(key: string): boolean {
    return this.get(key)?.value === true;
  }

  /** Last segment of the pointer. */
  get key(): string {
    return unescaped(this.pointer.slice(this.pointer.lastIndexOf('/') + 1));
  }

  #child(key: string, value: unknown): Element {
    return new Element(this.document, `${this.pointer}/${escaped(key)}`, value);
  }
}

export interface Place {
  /** From 1. */
  line: number;
  column: number;
}

/** Aliases that YAML may resolve: more are an attack on memory. */
const MAX_ALIASES = 1_000;
/** References that lead to one another. */
const MAX_REFERENCES = 50;

export class OpenApiDocument {
  readonly root: Element;
  /** Such as `3.0` or `3.1`. */
  readonly version: string;
  readonly #parsed: Document;
  readonly #lines: LineCounter;

  private constructor(parsed: Document, lines: LineCounter, value: unknown, version: string) {
    this.#parsed = parsed;
    this.#lines = lines;
    this.root = new Element(this, '', value);
    this.version = version;
  }

  /**
   * @param text YAML or JSON.
   * @param file for messages.
   * @throws ConfigError for a text that is neither, and for another version of OpenAPI.
   */
  static parse(text: string, file: string): OpenApiDocument {
    const lines = new LineCounter();
    const parsed = parseDocument(text, { lineCounter: lines, merge: true });
    const [error] = parsed.errors;
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw unusableFile(file, `is neither YAML nor JSON: ${firstLine(error)}`, { line, column: col }, error);
    }
    const value = plainValue(parsed, file);
    const { openapi, swagger } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    if (typeof swagger === 'string') {
      throw unusableFile(file, `is written in Swagger ${swagger}: convert it to OpenAPI 3.0 or 3.1`);
    }
    if (typeof openapi !== 'string') throw unusableFile(file, 'is no OpenAPI document: it has no "openapi" version');
    const [version = ''] = /^3\.[01](?=\.|$)/.exec(openapi) ?? [];
    if (version === '') throw unusableFile(file, `is written in OpenAPI ${openapi}, and 3.0 and 3.1 are supported`);
    return new OpenApiDocument(parsed, lines, value, version);
  }

  /** On one line. */
  get title(): string {
    return this.root.get('info')?.text('title')?.trim().replaceAll(/\s+/g, ' ') || 'REST service';
  }

  /**
   * The element that references lead to, or this one.
   * @throws Inexpressible for references to other documents, to nothing, and in a circle.
   */
  follow(element: Element): Element {
    let target = element;
    for (let count = 0; target.has('$ref'); count += 1) {
      if (count > MAX_REFERENCES) throw new Inexpressible(element, 'its references lead in a circle');
      target = this.referenced(target);
    }
    return target;
  }

  /** The element that a `$ref` names. @throws Inexpressible */
  referenced(element: Element): Element {
    const reference = element.text('$ref');
    if (reference === undefined) throw new Inexpressible(element, '$ref is no text');
    if (!/^#(?:\/|$)/.test(reference)) {
      throw new Inexpressible(element, `$ref "${reference}" is not a pointer into this document`);
    }
    let target: Element | undefined = this.root;
    for (const segment of segmentsOf(decoded(reference.slice(1)))) {
      target = Array.isArray(target?.value) ? target.items()[Number(segment)] : target?.get(segment);
    }
    if (!target) throw new Inexpressible(element, `$ref "${reference}" leads to nothing`);
    return target;
  }

  /** The place of an element; that of its nearest parent where it stands in an alias. */
  placeOf({ pointer }: Element): Place {
    let node: unknown = this.#parsed.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const segment of segmentsOf(pointer)) {
      const pair = isMap(node) ? node.items.find((one) => keyOf(one) === segment) : undefined;
      node = isSeq(node) ? node.items[Number(segment)] : pair?.value;
      const at = pair && isNode(pair.key) ? pair.key : node;
      if (!isNode(at) || !at.range) break;
      offset = at.range[0];
    }
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

function plainValue(parsed: Document, file: string): unknown {
  try {
    return parsed.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw unusableFile(file, `cannot be read: ${firstLine(error)}`, null, error);
  }
}

function firstLine({ message }: Error): string {
  return message.split('\n', 1)[0]?.replace(/ at line .*$/, '') ?? message;
}

function keyOf({ key }: Pair): string {
  return String(key instanceof Scalar ? key.value : key);
}

function segmentsOf(pointer: string): string[] {
  return pointer.split('/').slice(1).map(unescaped);
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    // A percent sign that stands for itself.
    return fragment;
  }
}
