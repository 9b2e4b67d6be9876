// Additions of a running service, written into its schema file: only new elements are inserted, so that directives,
// comments and the order of the file stay.
import {
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  Kind,
  type NamedTypeNode,
  parse,
  print,
  type TypeNode,
} from 'graphql';
import { printExactly } from '../compose/graph-sdl.ts';

interface Edit {
  /** Offsets in the file; equal where text is inserted. */
  start: number;
  end: number;
  text: string;
}

type Member = FieldDefinitionNode | InputValueDefinitionNode | NonNullable<EnumTypeDefinitionNode['values']>[number];

/**
 * Adds the service's additions to the file's text: types, fields, arguments, input fields, enum values, members of
 * unions, interfaces, `!`s of returned types, deprecations.
 * @param sdl the file's text, valid SDL.
 * @param live the service's schema.
 */
export function writeAdditions(sdl: string, live: GraphQLSchema): string {
  const edits = new Additions(sdl, parse(sdl), parse(printExactly(live))).edits();
  let text = sdl;
  for (const { start, end, text: added } of edits.sort((one, other) => other.start - one.start)) {
    text = `${text.slice(0, start)}${added}${text.slice(end)}`;
  }
  return text;
}

class Additions {
  readonly #sdl: string;
  readonly #own: Map<string, DefinitionNode[]>;
  readonly #live: DocumentNode;
  readonly #edits: Edit[] = [];

  constructor(sdl: string, own: DocumentNode, live: DocumentNode) {
    this.#sdl = sdl;
    this.#live = live;
    this.#own = Map.groupBy(own.definitions, nameOf);
  }

  edits(): Edit[] {
    const added: string[] = [];
    for (const definition of this.#live.definitions) {
      if (definition.kind === Kind.DIRECTIVE_DEFINITION || !('name' in definition)) continue;
      const own = this.#own.get(nameOf(definition));
      if (own) this.#extend(own, definition);
      else added.push(`\n${print(definition)}\n`);
    }
    if (added.length > 0) this.#insert(this.#sdl.length, `${this.#sdl.endsWith('\n') ? '' : '\n'}${added.join('')}`);
    return this.#edits;
  }

  #insert(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, text });
  }

  /** @param own the definition in the file, and its extensions. */
  #extend(own: readonly DefinitionNode[], live: DefinitionNode): void {
    const first = own.find(({ kind }) => !kind.endsWith('Extension')) ?? (own[0] as DefinitionNode);
    const members = new Map(own.flatMap((node) => membersOf(node)).map((member) => [member.name.value, member]));
    const added: string[] = [];
    for (const member of membersOf(live)) {
      const known = members.get(member.name.value);
      if (known) this.#change(known, member);
      else added.push(indented(print(member)));
    }
    if (added.length > 0) this.#addMembers(first, added);
    this.#addNames(first, own, live, 'types', ' =', '|');
    this.#addNames(first, own, live, 'interfaces', ' implements', '&');
  }

  #addMembers(definition: DefinitionNode, members: readonly string[]): void {
    const end = definition.loc?.end ?? 0;
    const text = members.join('\n');
    if (membersOf(definition).length === 0) this.#insert(end, ` {\n${text}\n}`);
    else {
      // Before the brace, on lines of their own even if the definition is on one line.
      const brace = end - 1;
      const before = this.#sdl.slice(0, brace);
      const start = before.trimEnd().length;
      this.#edits.push({ start, end: brace, text: `\n${text}\n` });
    }
  }

  /** Adds members of a union, or interfaces of a type. */
  #addNames(
    definition: DefinitionNode,
    own: readonly DefinitionNode[],
    live: DefinitionNode,
    list: 'types' | 'interfaces',
    opening: string,
    separator: string,
  ): void {
    const known = new Set(own.flatMap((node) => namesIn(node, list)).map(({ name }) => name.value));
    const added = namesIn(live, list).filter(({ name }) => !known.has(name.value));
    if (added.length === 0) return;
    const there = namesIn(definition, list);
    const names = added.map(({ name }) => name.value).join(` ${separator} `);
    const last = there.at(-1);
    if (last) this.#insert(last.loc?.end ?? 0, ` ${separator} ${names}`);
    else if (list === 'types') this.#insert(definition.loc?.end ?? 0, `${opening} ${names}`);
    else if ('name' in definition) this.#insert(definition.name?.loc?.end ?? 0, `${opening} ${names}`);
  }

  #change(own: Member, live: Member): void {
    if (own.kind === Kind.FIELD_DEFINITION && live.kind === Kind.FIELD_DEFINITION) {
      this.#addArguments(own, live);
      if (isTighter(own.type, live.type)) {
        this.#edits.push({ start: own.type.loc?.start ?? 0, end: own.type.loc?.end ?? 0, text: print(live.type) });
      }
    }
    const deprecated = live.directives?.find(({ name }) => name.value === 'deprecated');
    if (!deprecated || own.directives?.some(({ name }) => name.value === 'deprecated')) return;
    const end = own.loc?.end ?? 0;
    this.#insert(end, ` ${print(deprecated)}`);
  }

  #addArguments(own: FieldDefinitionNode, live: FieldDefinitionNode): void {
    const known = new Set(own.arguments?.map(({ name }) => name.value));
    const added = (live.arguments ?? []).filter(({ name }) => !known.has(name.value));
    if (added.length === 0) return;
    const text = added
      .map((argument) => print({ ...argument, description: undefined } as InputValueDefinitionNode))
      .join(', ');
    const last = own.arguments?.at(-1);
    if (last) this.#insert(last.loc?.end ?? 0, `, ${text}`);
    else this.#insert(own.name.loc?.end ?? 0, `(${text})`);
  }
}

/** Whether the types differ in additional `!`s only. */
function isTighter(own: TypeNode, live: TypeNode): boolean {
  const [text, other] = [print(own), print(live)];
  if (text === other || text.replaceAll('!', '') !== other.replaceAll('!', '')) return false;
  return promises(own, live);
}

function promises(own: TypeNode, live: TypeNode): boolean {
  if (own.kind === Kind.NON_NULL_TYPE) return live.kind === Kind.NON_NULL_TYPE && promises(own.type, live.type);
  const bare = live.kind === Kind.NON_NULL_TYPE ? live.type : live;
  return own.kind === Kind.LIST_TYPE && bare.kind === Kind.LIST_TYPE ? promises(own.type, bare.type) : true;
}

function membersOf(node: DefinitionNode): readonly Member[] {
  if ('fields' in node) return node.fields ?? [];
  return 'values' in node ? (node.values ?? []) : [];
}

function namesIn(node: DefinitionNode, list: 'types' | 'interfaces'): readonly NamedTypeNode[] {
  return ((node as unknown as Record<string, readonly NamedTypeNode[] | undefined>)[list] ?? []) as NamedTypeNode[];
}

function nameOf(node: DefinitionNode): string {
  return 'name' in node && node.kind !== Kind.DIRECTIVE_DEFINITION ? (node.name?.value ?? '') : '';
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : `  ${line}`))
    .join('\n');
}
