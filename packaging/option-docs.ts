// Documentation of the configuration's options: the TSDoc comments in the sources of its schema, by the names of the options
// that stand beside each other.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';

const gateway = fileURLToPath(new URL('../gateway/', import.meta.url));

export interface OptionDoc {
  /** `file.ts: option`. */
  place: string;
  /** Meaning, unit and default, as one line; empty without a comment. */
  text: string;
  /** Text of `@example`; empty without one. */
  example: string;
}

/** Docs of the options of one object, by their names. */
export type ObjectDocs = ReadonlyMap<string, OptionDoc>;

/** A node of a syntax tree. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

interface Comment {
  type: string;
  value: string;
  start: number;
  end: number;
}

/** Names of an object's options, as one key. */
export function signatureOf(names: Iterable<string>): string {
  return [...names].sort().join(' ');
}

/** The docs of each object of options in the schema's sources, by the names in it. Objects with equal names have several. */
export function readOptionDocs(): ReadonlyMap<string, readonly ObjectDocs[]> {
  const files = [...globSync('config/*.ts', { cwd: gateway }), 'client-views/definition.ts']
    .filter((file) => !file.endsWith('.test.ts'))
    .sort()
    .map((file) => new SourceFile(file));
  const constants = new Map(files.flatMap((file) => file.constants()));
  const objects = files.flatMap((file) => file.shapes(constants));
  return Map.groupBy(objects, (docs) => signatureOf(docs.keys()));
}

class SourceFile {
  readonly #name: string;
  readonly #text: string;
  readonly #program: Node;
  readonly #comments: readonly Comment[];

  constructor(file: string) {
    this.#name = file.replace(/^.*\//, '');
    this.#text = readFileSync(`${gateway}${file}`, 'utf8');
    const { program, comments } = parseSync(file, this.#text);
    this.#program = program as unknown as Node;
    this.#comments = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  }

  /** Object literals that are declared by name, which `...name` may insert into another. */
  constants(): [string, ObjectDocs][] {
    return descendants(this.#program).flatMap((node): [string, ObjectDocs][] => {
      const { id, init } = node as Partial<Record<'id' | 'init', Node>>;
      if (node.type !== 'VariableDeclarator' || init?.type !== 'ObjectExpression') return [];
      return [[id?.name as string, this.#docsOf(init, new Map())]];
    });
  }

  /** Arguments of `z.strictObject`. */
  shapes(constants: ReadonlyMap<string, ObjectDocs>): ObjectDocs[] {
    return descendants(this.#program).flatMap((node) => {
      const { callee, arguments: given } = node as { callee?: Node; arguments?: Node[] };
      const isShape = node.type === 'CallExpression' && this.#textOf(callee).endsWith('.strictObject');
      const [shape] = given ?? [];
      return isShape && shape?.type === 'ObjectExpression' ? [this.#docsOf(shape, constants)] : [];
    });
  }

  #docsOf(object: Node, constants: ReadonlyMap<string, ObjectDocs>): ObjectDocs {
    const docs = new Map<string, OptionDoc>();
    for (const property of object.properties as Node[]) {
      if (property.type === 'SpreadElement') {
        for (const [name, doc] of constants.get(this.#textOf(property.argument as Node)) ?? []) docs.set(name, doc);
        continue;
      }
      const name = this.#textOf(property.key as Node).replaceAll(/^['"]|['"]$/g, '');
      docs.set(name, { place: `${this.#name}: ${name}`, ...this.#commentBefore(property) });
    }
    return docs;
  }

  #commentBefore({ start }: Node): Pick<OptionDoc, 'text' | 'example'> {
    const comment = this.#comments.findLast(({ end }) => end <= start && /^\s*$/.test(this.#text.slice(end, start)));
    const lines = (comment?.value.slice(1) ?? '').split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
    const tag = lines.findIndex((line) => line.startsWith('@example'));
    const [text, example] = tag === -1 ? [lines, []] : [lines.slice(0, tag), lines.slice(tag)];
    return {
      text: text.join(' ').replaceAll(/\s+/g, ' ').trim(),
      example: example.join('\n').replace('@example', '').trim(),
    };
  }

  #textOf(node: Node | undefined): string {
    return node ? this.#text.slice(node.start, node.end) : '';
  }
}

/** All nodes of a tree. */
export function descendants(node: unknown): Node[] {
  if (typeof node !== 'object' || node === null) return [];
  const parts = Object.values(node).flatMap(descendants);
  return 'type' in node && !Array.isArray(node) ? [node as Node, ...parts] : parts;
}
