// Upstream selections: the selections of one upstream operation while it is planned, with the response keys of their
// fields.
import { type DirectiveNode, Kind, visit } from 'graphql';
import type { PathStep } from '../query-plan/plan.ts';
import type { StepBudget } from './step-budget.ts';
import { append, stepsForText, stepsOf, type UpstreamArguments, writeArguments } from './upstream-arguments.ts';

/** A place in one fetch's response. Fragments of one selection share it. */
export interface ResponsePath<Owner> {
  owner: Owner;
  path: PathStep[];
}

/** The mentions of a field in a document, by their directives; a field without any has one mention. */
export interface UpstreamMentions {
  /** For each mention its directives, with a space before each; one mention without any, as a rule. */
  texts: readonly string[];
  /** The variables in the directives, by their names upstream. */
  variables: readonly string[];
}

export interface UpstreamField<Owner> {
  /** Response key upstream: the field's own name, or a name from the counter. */
  key: string;
  name: string;
  arguments: UpstreamArguments;
  mentions: UpstreamMentions;
  /** Whether its null makes its object null. */
  nonNull: boolean;
  selection: UpstreamSelection<Owner> | null;
}

/** Response keys in use at one place, so that no two different fields share one. */
interface KeyPool {
  bySignature: Map<string, { key: string; below: KeyPool }>;
  used: Set<string>;
}

/**
 * Generates names for fields whose own is taken. A schema may have such names too, so each is compared with those in
 * use.
 */
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
  readonly responsePath: ResponsePath<Owner>;
  readonly fields = new Map<string, UpstreamField<Owner>>();
  readonly fragments = new Map<string, UpstreamSelection<Owner>>();
  /** For a fragment, the selection it stands in. */
  readonly base: UpstreamSelection<Owner> | null;
  /** Whether `__typename` is selected. */
  typename = false;
  readonly #names: NameCounter;
  readonly #pool: KeyPool;

  constructor(
    typeName: string,
    responsePath: ResponsePath<Owner>,
    names: NameCounter,
    pool: KeyPool = emptyPool(),
    base: UpstreamSelection<Owner> | null = null,
  ) {
    this.base = base;
    this.typeName = typeName;
    this.responsePath = responsePath;
    this.#names = names;
    this.#pool = pool;
  }

  /** The part of this selection that is only for objects of one type. */
  fragment(typeName: string): UpstreamSelection<Owner> {
    let fragment = this.fragments.get(typeName);
    if (!fragment) {
      fragment = new UpstreamSelection(typeName, this.responsePath, this.#names, this.#pool, this);
      this.fragments.set(typeName, fragment);
    }
    return fragment;
  }

  /**
   * Selects a field, or returns it if it is already selected with the same arguments.
   * @param type the field's type in this subgraph, as text.
   * @param below the named type that it selects from, null for a leaf.
   * @param types the types whose objects have it, where others may stand at this place.
   * @param mentions the directives of each mention; a field with others is another field.
   * @param alias the client's response key, where that is not the field's name: a field with selections stands once
   * for each.
   */
  field(
    name: string,
    args: UpstreamArguments,
    type: string,
    below: string | null,
    types: string[] | null,
    alias = '',
    mentions: UpstreamMentions = noMentions,
  ): UpstreamField<Owner> {
    const requested = `${name}(${args.text}):${type}${mentions.texts.join(';')}`;
    const signature = below === null ? requested : `${requested} ${alias}`;
    const pooled = this.#pool.bySignature.get(signature) ?? this.#claim(name, signature);
    const known = this.fields.get(pooled.key);
    if (known) return known;
    const { key } = pooled;
    const selection = below === null ? null : this.#below(below, { property: key, types }, pooled.below);
    const field = { key, name, arguments: args, mentions, nonNull: type.endsWith('!'), selection };
    this.fields.set(key, field);
    return field;
  }

  /** What is selected below a field already, as clients select it under the field's own name. */
  selectedBelow(name: string, args: UpstreamArguments, type: string): UpstreamSelection<Owner> | null {
    const pooled = this.#pool.bySignature.get(`${name}(${args.text}):${type} `);
    return (pooled && this.fields.get(pooled.key)?.selection) ?? null;
  }

  #below(typeName: string, step: PathStep, pool: KeyPool): UpstreamSelection<Owner> {
    const { owner, path } = this.responsePath;
    return new UpstreamSelection(typeName, { owner, path: [...path, step] }, this.#names, pool);
  }

  /**
   * The selection's text with braces. Never empty: where nothing is selected, `__typename` is.
   * @param steps budget of printing: fields that fragments of a selection share stand in the text of each.
   * @throws OperationTooComplex
   */
  print(steps: StepBudget): string {
    return this.printParts(steps).join('');
  }

  /** The text in parts, between which the number of a value of enclosing objects goes. */
  printParts(steps: StepBudget): string[] {
    const parts = [''];
    this.#write(parts, steps);
    return parts;
  }

  #write(parts: string[], steps: StepBudget): void {
    append(parts, this.typename ? '{ __typename' : '{');
    let isEmpty = !this.typename;
    for (const field of this.fields.values()) {
      append(parts, ' ');
      writeField(parts, field, steps, (selection) => selection.#write(parts, steps));
      isEmpty = false;
    }
    for (const fragment of this.fragments.values()) {
      if (fragment.fields.size === 0) continue;
      append(parts, ` ... on ${fragment.typeName} `);
      fragment.#write(parts, steps);
      isEmpty = false;
    }
    append(parts, isEmpty ? ' __typename }' : ' }');
  }

  #claim(name: string, signature: string): { key: string; below: KeyPool } {
    // A field with the name of an earlier generated one gets a generated name in turn.
    const { used } = this.#pool;
    const key = used.has(name) ? this.#names.next(used) : name;
    const claimed = { key, below: emptyPool() };
    used.add(key);
    this.#pool.bySignature.set(signature, claimed);
    return claimed;
  }
}

function writeField<Owner>(
  parts: string[],
  { key, name, arguments: args, mentions, selection }: UpstreamField<Owner>,
  steps: StepBudget,
  write: (selection: UpstreamSelection<Owner>) => void,
): void {
  for (const [index, directives] of mentions.texts.entries()) {
    steps.spend(stepsOf(args) + stepsForText(directives.length));
    append(parts, `${index === 0 ? '' : ' '}${key === name ? '' : `${key}: `}${name}`);
    writeArguments(parts, args);
    append(parts, directives);
    // One mention has the selection.
    if (selection && index > 0) append(parts, ' { __typename }');
    else if (selection) {
      append(parts, ' ');
      write(selection);
    }
  }
}

/** One mention without directives. */
export const noMentions: UpstreamMentions = { texts: [''], variables: [] };

/** The names of the variables in a selection, as they are upstream. */
export function variablesIn<Owner>(
  selection: UpstreamSelection<Owner>,
  found = new Set<string>(),
  seen = new Set<UpstreamSelection<Owner>>(),
): Set<string> {
  if (seen.has(selection)) return found;
  seen.add(selection);
  for (const field of selection.fields.values()) {
    for (const name of field.arguments.variables) found.add(name);
    for (const name of field.mentions.variables) found.add(name);
    if (field.selection) variablesIn(field.selection, found, seen);
  }
  for (const fragment of selection.fragments.values()) variablesIn(fragment, found, seen);
  return found;
}

/** The names of the variables in a directive. */
export function variablesInNode(node: DirectiveNode, found: Set<string>): void {
  visit(node, {
    [Kind.VARIABLE]: (variable) => {
      found.add(variable.name.value);
    },
  });
}

function emptyPool(): KeyPool {
  return { bySignature: new Map(), used: new Set() };
}
