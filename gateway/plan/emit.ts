// Turns a finished draft into the plan: groups look-ups into fetches, numbers everything, prints the upstream documents.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { EntityKept, Fetch, KeyField, Lookup, OperationKind, Plan, Position, Shape } from '../execute/plan.ts';
import {
  type Draft,
  type DraftField,
  type DraftShape,
  type IntrospectionDraft,
  type KeyDraft,
  type LookupDraft,
  type PositionDraft,
  type RootDraft,
  survivor,
} from './draft.ts';
import { entityKept, type KeepRules } from './entity-kept.ts';
import type { GraphModel } from './model.ts';
import {
  type Directives,
  printDirectives,
  rejection,
  serviceDirectives,
  upstreamDirectives,
} from './service-directives.ts';
import type { StepBudget } from './step-budget.ts';
import { type UpstreamSelection, variablesIn, variablesInNode } from './upstream.ts';
import { clientVariables, type UpstreamVariables } from './upstream-variables.ts';

/** The pseudo-subgraph that answers introspection. */
export const introspectionSubgraph = '__introspection';

export interface DraftPlan {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: UpstreamVariables;
  model: GraphModel;
  roots: readonly (RootDraft | IntrospectionDraft)[];
  lookups: readonly LookupDraft[];
  positions: readonly PositionDraft[];
  fields: readonly DraftField[];
  shapes: readonly DraftShape[];
  output: Shape;
  denied: boolean;
  /** Null where entities are not kept. */
  keep: KeepRules | null;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What printing may take. */
  steps: StepBudget;
}

export function emitPlan(draft: DraftPlan): Plan {
  return new Emission(draft).run();
}

/** Drafts that go up as one request. */
interface Group {
  drafts: Draft[];
  stage: number;
  level: number;
}

class Emission {
  readonly #draft: DraftPlan;
  readonly #living: LookupDraft[];
  /** By the numbers of their fetches. */
  #groups: readonly Group[] = [];
  /** The fetches of each of a mutation's root fields. */
  readonly #stages = new Map<number, number[]>();
  readonly #fetchOf = new Map<Draft, number>();
  readonly #positionIds = new Map<PositionDraft, number>();

  constructor(draft: DraftPlan) {
    this.#draft = draft;
    this.#living = draft.lookups.filter((lookup) => !lookup.mergedInto);
  }

  run(): Plan {
    const { roots, operation, fields, output, denied } = this.#draft;
    for (const [slot, one] of [...roots, ...this.#living].entries()) one.slot = slot;
    for (const { shape, draft } of fields) shape.slot = draft ? survivor(draft).slot : null;
    this.#groups = this.#group();
    const groups = this.#groups;
    for (const [id, { drafts, stage }] of groups.entries()) {
      for (const one of drafts) this.#fetchOf.set(one, id);
      const together = this.#stages.get(stage) ?? [];
      together.push(id);
      this.#stages.set(stage, together);
    }
    const sources = this.#living.flatMap((lookup) => [lookup, ...lookup.joined]);
    for (const { position } of sources) {
      if (!this.#positionIds.has(position)) this.#positionIds.set(position, this.#positionIds.size);
    }
    this.#markAlike();
    const fetches = groups.map((group, id) => this.#fetch(group, id));
    this.#checkDirectives(fetches);
    return {
      operation: operation.operation,
      name: operation.name?.value ?? null,
      fetches,
      positions: [...this.#positionIds].map(([position, id]) => this.#position(position, id)),
      lookups: this.#living.map((lookup) => this.#lookup(lookup)),
      output,
      denied,
    };
  }

  /** Says in the answer's shape where the same object may stand many times. */
  #markAlike(): void {
    const alike = new Set<UpstreamSelection<Draft>>();
    for (const { selection } of this.#positionIds.keys()) if (alikeIn(selection)) alike.add(selection);
    for (const { shape, typeName, selection } of this.#draft.shapes) {
      if (alike.has(selection)) shape.alike.push(typeName);
    }
  }

  #group(): Group[] {
    const groups = new Map<string, Group>();
    for (const draft of [...this.#draft.roots, ...this.#living]) {
      const { stage, level } = draft;
      const alone = draft.kind !== 'lookup' || !draft.entry.list;
      const subgraph = draft.kind === 'introspection' ? introspectionSubgraph : draft.subgraph;
      const key = `${stage} ${level} ${subgraph}${alone ? ` ${draft.slot}` : ''}`;
      const group = groups.get(key) ?? { drafts: [], stage, level };
      group.drafts.push(draft);
      groups.set(key, group);
    }
    return [...groups.values()].sort((one, other) => one.stage - other.stage || one.level - other.level);
  }

  #fetch(group: Group, id: number): Fetch {
    const [first] = group.drafts as [Draft];
    const dependsOn = new Set(
      group.drafts.flatMap((draft) =>
        draft.kind === 'lookup' ? draft.dependsOn.map((other) => this.#fetchOf.get(other) as number) : [],
      ),
    );
    // A mutation's root fields run in series: each waits for all of the one before it.
    for (const other of this.#stages.get(group.stage - 1) ?? []) dependsOn.add(other);
    const base = { id, dependsOn: [...dependsOn].sort((a, b) => a - b), level: group.level };
    if (first.kind === 'introspection') return { ...base, ...this.#introspection(first) };
    const kind = first.kind === 'root' ? this.#draft.operation.operation : 'query';
    const name = this.#operationName(first.subgraph, id);
    const nodes = this.#directives(first.subgraph, kind);
    const directives = printDirectives(nodes);
    const common = { ...base, subgraph: first.subgraph, operation: kind, directives } as const;
    if (first.kind === 'root') {
      const used = variablesIn(first.selection, variablesOf(nodes));
      return {
        ...common,
        document: `${kind}${name}${this.#header(used, [])}${directives} ${first.selection.print(this.#draft.steps)}`,
        variables: this.#variables(used),
        slot: first.slot,
        lookups: [],
        pieces: null,
        repeat: null,
      };
    }
    const lookups = group.drafts as LookupDraft[];
    const used = variablesOf(nodes);
    for (const lookup of lookups) variablesIn(lookup.selection, used);
    const more = { variables: this.#variables(used), slot: null, lookups: lookups.map(({ slot }) => slot) };
    const start = `query${name}`;
    if (!first.entry.list) {
      const repeat = {
        header: this.#definitions(used, []).join(', '),
        definitions: this.#repeatedDefinitions(first),
        field: this.#repeatedField(first),
      };
      return { ...common, ...more, document: start, pieces: null, repeat };
    }
    const keys = lookups.flatMap((lookup) => this.#keyDefinitions(lookup));
    const fields = lookups.map((lookup) => this.#listField(lookup, this.#alias(lookup, lookups.length > 1)));
    const pieces = lookups.map((lookup, index) => ({
      variables: [...variablesIn(lookup.selection, variablesOf(nodes))].map((name) => ({
        name,
        definition: this.#definition(name),
      })),
      keys: this.#keyDefinitions(lookup),
      field: fields[index] as string,
    }));
    return {
      ...common,
      ...more,
      document: `${start}${this.#header(used, keys)}${directives} { ${fields.join(' ')} }`,
      pieces: pieces.length > 1 ? { start, lookups: pieces } : null,
      repeat: null,
    };
  }

  /** The directives of the client's operation that a subgraph follows. */
  #directives(subgraph: string, kind: OperationKind): Directives {
    const { operation, model, variables } = this.#draft;
    const directives = serviceDirectives(operation);
    if (directives.length === 0) return directives;
    const taken = directives.filter(({ name }) => model.takesDirective(subgraph, name.value, kind.toUpperCase()));
    return upstreamDirectives(taken, model, subgraph, variables);
  }

  /** @throws PlanRejected for directives of the operation that no fetch has. */
  #checkDirectives(fetches: readonly Fetch[]): void {
    const { operation, model, denied } = this.#draft;
    const lost = serviceDirectives(operation).filter(
      ({ name }) =>
        !fetches.some(
          ({ subgraph, operation: kind }) =>
            subgraph !== introspectionSubgraph && model.takesDirective(subgraph, name.value, kind.toUpperCase()),
        ),
    );
    // What is not authorized is not fetched: then there is nothing that it could have an effect on.
    if (lost.length > 0 && !denied) throw rejection(lost, 'no service that this operation is sent to defines it');
  }

  #introspection(draft: IntrospectionDraft): Omit<Fetch, 'id' | 'dependsOn' | 'level'> {
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: draft.nodes() };
    const definitions = this.#draft.operation.variableDefinitions ?? [];
    const fragments = fragmentsIn(selectionSet, this.#draft.fragments);
    const used = new Set<string>();
    for (const node of [selectionSet, ...fragments]) {
      visit(node, {
        [Kind.VARIABLE]: (variable) => {
          used.add(variable.name.value);
        },
      });
    }
    const operation: OperationDefinitionNode = {
      kind: Kind.OPERATION_DEFINITION,
      operation: this.#draft.operation.operation,
      variableDefinitions: definitions.filter(({ variable }) => used.has(variable.name.value)),
      selectionSet,
    };
    return {
      subgraph: introspectionSubgraph,
      operation: 'query',
      document: [operation, ...fragments].map((node) => print(node)).join('\n'),
      directives: '',
      variables: [...used].map((name) => ({ name, from: name })),
      slot: draft.slot,
      lookups: [],
      pieces: null,
      repeat: null,
    };
  }

  #lookup(lookup: LookupDraft): Lookup {
    const { slot, entry, position } = lookup;
    const fetch = this.#fetchOf.get(lookup) as number;
    const together = (this.#groups[fetch]?.drafts.length ?? 0) > 1;
    return {
      id: slot,
      fetch,
      type: position.typeName,
      entryPoint: entry.index,
      alias: this.#alias(lookup, together),
      arguments: entry.argumentNames.map((name) => ({ name, variable: keyVariable(lookup, name) })),
      sources: [lookup, ...lookup.joined].map((source) => ({
        position: this.#positionIds.get(source.position) as number,
        key: source.key.map(keyField),
      })),
      match: lookup.match,
      kept: this.#kept(lookup),
    };
  }

  #kept(lookup: LookupDraft): EntityKept | null {
    const { keep, model } = this.#draft;
    const kept = keep && entityKept(model, keep, lookup);
    if (!kept) return null;
    const directives = this.#directives(lookup.subgraph, 'query');
    const used = variablesIn(lookup.selection, variablesOf(directives));
    const sources = this.#variables(used);
    // With the definitions: of two operations that ask the same, each may have a default of its own, and literals.
    const made = sources.filter((source) => 'template' in source).map((source) => JSON.stringify(source));
    const selection = `${this.#header(used, [])}${printDirectives(directives)}${made.join('')}${lookup.selection.print(this.#draft.steps)}`;
    return { ...kept, selection, variables: clientVariables(sources) };
  }

  #position(position: PositionDraft, id: number): Position {
    const owner = survivor(position.place.owner);
    return {
      id,
      fetch: this.#fetchOf.get(owner) as number,
      lookup: owner.kind === 'lookup' ? owner.slot : null,
      path: position.place.path,
      type: position.filter,
      alike: alikeIn(position.selection),
    };
  }

  #alias(lookup: LookupDraft, together: boolean): string {
    if (!lookup.entry.list) return '_';
    return together ? `_${lookup.slot}` : lookup.entry.fieldName;
  }

  #listField(lookup: LookupDraft, alias: string): string {
    const { fieldName, argumentNames } = lookup.entry;
    const args = argumentNames.map((name) => `${name}: $${keyVariable(lookup, name)}`).join(', ');
    const called = `${alias === fieldName ? '' : `${alias}: `}${fieldName}${args === '' ? '' : `(${args})`}`;
    return `${called} ${this.#entitySelection(lookup)}`;
  }

  /** The field for one key, with the key's number between the texts. */
  #repeatedField(lookup: LookupDraft): string[] {
    const { fieldName, argumentNames } = lookup.entry;
    const texts = ['_', `: ${fieldName}`];
    for (const [index, name] of argumentNames.entries()) {
      texts[texts.length - 1] += `${index === 0 ? '(' : ', '}${name}: $${keyVariable(lookup, name)}_`;
      texts.push(index === argumentNames.length - 1 ? ')' : '');
    }
    texts[texts.length - 1] += ` ${this.#entitySelection(lookup)}`;
    return texts;
  }

  /** The variable definitions for one key, with the key's number between the texts. */
  #repeatedDefinitions(lookup: LookupDraft): string[] {
    const texts = [''];
    for (const [index, { variable, type }] of this.#keyVariables(lookup).entries()) {
      texts[texts.length - 1] += `${index === 0 ? '' : ', '}$${variable}_`;
      texts.push(`: ${type}`);
    }
    return texts;
  }

  #entitySelection({ entry, position, selection }: LookupDraft): string {
    return entry.abstract
      ? `{ ... on ${position.typeName} ${selection.print(this.#draft.steps)} }`
      : selection.print(this.#draft.steps);
  }

  #keyVariables(lookup: LookupDraft): { variable: string; type: string }[] {
    const field = this.#draft.model.subgraphs.get(lookup.subgraph)?.schema.getQueryType()?.getFields()[
      lookup.entry.fieldName
    ];
    return lookup.entry.argumentNames.map((name) => {
      const type = field?.args.find((argument) => argument.name === name)?.type;
      return { variable: keyVariable(lookup, name), type: String(type) };
    });
  }

  #keyDefinitions(lookup: LookupDraft): string[] {
    return this.#keyVariables(lookup).map(({ variable, type }) => `$${variable}: ${type}`);
  }

  #definition(name: string): string {
    return this.#draft.variables.definition(name);
  }

  #definitions(used: ReadonlySet<string>, keys: readonly string[]): string[] {
    return [...[...used].map((name) => this.#definition(name)), ...keys];
  }

  #header(used: ReadonlySet<string>, keys: readonly string[]): string {
    const definitions = this.#definitions(used, keys);
    return definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
  }

  #variables(used: ReadonlySet<string>): Fetch['variables'] {
    return this.#draft.variables.sources(used);
  }

  /** Upstream operations carry the client's name for the operation, so that a service's log can be read. */
  #operationName(subgraph: string, id: number): string {
    const name = this.#draft.operation.name?.value;
    return name ? ` ${name}__${subgraph.replace(/\W/g, '_')}__${id}` : ' ';
  }
}

function variablesOf(directives: Directives): Set<string> {
  const found = new Set<string>();
  for (const directive of directives) variablesInNode(directive, found);
  return found;
}

function keyVariable(lookup: LookupDraft, argument: string): string {
  return `k${lookup.slot}_${argument}`;
}

function keyField(draft: KeyDraft): KeyField {
  return {
    name: draft.name,
    leaf: draft.leaf,
    mayBeNull: draft.mayBeNull,
    slot: draft.draft ? survivor(draft.draft).slot : null,
    property: draft.property,
    fields: draft.fields?.map(keyField) ?? null,
  };
}

/** The properties asked of objects at a place if they are a few leaves and nothing else. */
function alikeIn(selection: UpstreamSelection<Draft>): string[] | null {
  const fields = [...(selection.base?.fields.values() ?? []), ...selection.fields.values()];
  if (fields.length > 3 || fields.some((field) => field.selection)) return null;
  return [...new Set(fields.map((field) => field.key))];
}

function fragmentsIn(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  found = new Map<string, FragmentDefinitionNode>(),
): FragmentDefinitionNode[] {
  visit(selectionSet, {
    [Kind.FRAGMENT_SPREAD]: (spread) => {
      const fragment = fragments.get(spread.name.value);
      if (!fragment || found.has(fragment.name.value)) return;
      found.set(fragment.name.value, fragment);
      fragmentsIn(fragment.selectionSet, fragments, found);
    },
  });
  return [...found.values()];
}
