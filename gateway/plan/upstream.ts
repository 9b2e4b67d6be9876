// The selections of one upstream operation while they grow: which fields are asked at which place, under which keys.
import { type ArgumentNode, Kind, print, visit } from 'graphql';
import type { PathStep } from '../execute/plan.ts';

/** A place in one fetch's answer. Fragments of one selection share it. */
export interface Place<Owner> {
  owner: Owner;
  path: PathStep[];
}

export interface UpstreamField<Owner> {
  /** Response key upstream: the field's own name, or a name from the counter. */
  key: string;
  name: string;
  arguments: readonly ArgumentNode[];
  selection: UpstreamSelection<Owner> | null;
}

/** Response keys in use at one place, so that no two fields of different meaning share one. */
interface KeyPool {
  bySignature: Map<string, { key: string; below: KeyPool }>;
  used: Set<string>;
}

/** Hands out names for fields whose own is taken. A schema may have such names too, so each is compared with those in use. */
export class NameCounter {
  #next = 0;

  /** @param used response keys of the place where the name is to stand, in all fragments. */
  next(used: ReadonlySet<string>): string {
    for (;;) {
      const name = `_${this.#next++}`;
      if (!used.has(name)) return name;
    }
  }
}

export class UpstreamSelection<Owner> {
  readonly typeName: string;
  readonly place: Place<Owner>;
  readonly fields = new Map<string, UpstreamField<Owner>>();
  readonly fragments = new Map<string, UpstreamSelection<Owner>>();
  /** For a fragment, the selection it stands in. */
  readonly base: UpstreamSelection<Owner> | null;
  /** Whether `__typename` is asked. */
  typename = false;
  readonly #names: NameCounter;
  readonly #pool: KeyPool;

  constructor(
    typeName: string,
    place: Place<Owner>,
    names: NameCounter,
    pool: KeyPool = emptyPool(),
    base: UpstreamSelection<Owner> | null = null,
  ) {
    this.base = base;
    this.typeName = typeName;
    this.place = place;
    this.#names = names;
    this.#pool = pool;
  }

  /** The part of this selection that is only for objects of one type. */
  fragment(typeName: string): UpstreamSelection<Owner> {
    let fragment = this.fragments.get(typeName);
    if (!fragment) {
      fragment = new UpstreamSelection(typeName, this.place, this.#names, this.#pool, this);
      this.fragments.set(typeName, fragment);
    }
    return fragment;
  }

  /**
   * Asks for a field, or finds it already asked with the same arguments.
   * @param type the field's type in this subgraph, as text.
   * @param below the named type that it selects from, null for a leaf.
   * @param types the types whose objects have it, where others may stand at this place.
   * @param alias what the client calls it, where that is not its name: a field with selections stands once for each.
   */
  field(
    name: string,
    args: readonly ArgumentNode[],
    type: string,
    below: string | null,
    types: string[] | null,
    alias = '',
  ): UpstreamField<Owner> {
    const asked = `${name}(${args.map((argument) => print(argument)).join(',')}):${type}`;
    const signature = below === null ? asked : `${asked} ${alias}`;
    const pooled = this.#pool.bySignature.get(signature) ?? this.#claim(name, signature);
    const known = this.fields.get(pooled.key);
    if (known) return known;
    const { owner, path } = this.place;
    const place = { owner, path: [...path, { property: pooled.key, types }] };
    const field = {
      key: pooled.key,
      name,
      arguments: args,
      selection: below === null ? null : new UpstreamSelection(below, place, this.#names, pooled.below),
    };
    this.fields.set(field.key, field);
    return field;
  }

  /** The selection's text with braces. Never empty: where nothing is asked, the type's name is. */
  print(): string {
    const parts = this.typename ? ['__typename'] : [];
    for (const field of this.fields.values()) parts.push(printField(field));
    for (const fragment of this.fragments.values()) {
      if (fragment.fields.size > 0) parts.push(`... on ${fragment.typeName} ${fragment.print()}`);
    }
    return `{ ${parts.length === 0 ? '__typename' : parts.join(' ')} }`;
  }

  #claim(name: string, signature: string): { key: string; below: KeyPool } {
    // A field that has the name of an earlier made-up one gets a made-up name in turn.
    const { used } = this.#pool;
    const key = used.has(name) ? this.#names.next(used) : name;
    const claimed = { key, below: emptyPool() };
    used.add(key);
    this.#pool.bySignature.set(signature, claimed);
    return claimed;
  }
}

function printField<Owner>(field: UpstreamField<Owner>): string {
  const alias = field.key === field.name ? '' : `${field.key}: `;
  const args = field.arguments.map((argument) => print(argument)).join(', ');
  return `${alias}${field.name}${args === '' ? '' : `(${args})`}${field.selection ? ` ${field.selection.print()}` : ''}`;
}

/** The names of the variables in a selection, as they are called upstream. */
export function variablesIn<Owner>(selection: UpstreamSelection<Owner>, found = new Set<string>()): Set<string> {
  for (const field of selection.fields.values()) {
    for (const argument of field.arguments) {
      visit(argument.value, {
        [Kind.VARIABLE]: (variable) => {
          found.add(variable.name.value);
        },
      });
    }
    if (field.selection) variablesIn(field.selection, found);
  }
  for (const fragment of selection.fragments.values()) variablesIn(fragment, found);
  return found;
}

function emptyPool(): KeyPool {
  return { bySignature: new Map(), used: new Set() };
}
