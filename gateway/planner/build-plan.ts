// Plan builder: turns a finished fetch graph into the plan. It groups entity fetches into requests, assigns all ids,
// and prints the upstream documents.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type {
  EntityCachePolicy,
  EntityFetch,
  EntityPath,
  Fetch,
  KeyField,
  OperationKind,
  Plan,
  Shape,
} from '../query-plan/plan.ts';
import { type CacheRules, entityCachePolicy } from './entity-cache-policy.ts';
import {
  type EntityFetchGroup,
  type EntityPathDraft,
  type FetchGroup,
  type IntrospectionGroup,
  type KeySource,
  type PlannedField,
  type PlannedShape,
  type RootFetchGroup,
  representative,
} from './fetch-graph.ts';
import type { GraphModel } from './model.ts';
import {
  type Directives,
  printDirectives,
  rejection,
  serviceDirectives,
  upstreamDirectives,
} from './service-directives.ts';
import type { StepBudget } from './step-budget.ts';
import { type UpstreamSelection, variablesIn, variablesInNode } from './upstream-selection.ts';
import { clientVariables, type UpstreamVariables } from './upstream-variables.ts';

/** The pseudo-subgraph for introspection, which the gateway executes itself. */
export const introspectionSubgraph = '__introspection';

export interface FetchGraph {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: UpstreamVariables;
  model: GraphModel;
  roots: readonly (RootFetchGroup | IntrospectionGroup)[];
  entityFetches: readonly EntityFetchGroup[];
  entityPaths: readonly EntityPathDraft[];
  fields: readonly PlannedField[];
  shapes: readonly PlannedShape[];
  output: Shape;
  denied: boolean;
  /** Null where entities are not cached. */
  cacheRules: CacheRules | null;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The budget of printing. */
  steps: StepBudget;
}

export function buildPlan(graph: FetchGraph): Plan {
  return new PlanBuilder(graph).run();
}

/** Fetch groups that are sent as one request. */
interface RequestGroup {
  fetchGroups: FetchGroup[];
  stage: number;
  level: number;
}

class PlanBuilder {
  readonly #graph: FetchGraph;
  readonly #remaining: EntityFetchGroup[];
  /** By the numbers of their fetches. */
  #groups: readonly RequestGroup[] = [];
  /** The fetches of each of a mutation's root fields. */
  readonly #stages = new Map<number, number[]>();
  readonly #fetchOf = new Map<FetchGroup, number>();
  readonly #entityPathIds = new Map<EntityPathDraft, number>();

  constructor(graph: FetchGraph) {
    this.#graph = graph;
    this.#remaining = graph.entityFetches.filter((entityFetch) => !entityFetch.representedBy);
  }

  run(): Plan {
    const { roots, operation, fields, output, denied } = this.#graph;
    for (const [slot, one] of [...roots, ...this.#remaining].entries()) one.slot = slot;
    for (const { shape, fetchGroup } of fields) shape.slot = fetchGroup ? representative(fetchGroup).slot : null;
    this.#groups = this.#group();
    const groups = this.#groups;
    for (const [id, { fetchGroups, stage }] of groups.entries()) {
      for (const one of fetchGroups) this.#fetchOf.set(one, id);
      const together = this.#stages.get(stage) ?? [];
      together.push(id);
      this.#stages.set(stage, together);
    }
    const sources = this.#remaining.flatMap((entityFetch) => [entityFetch, ...entityFetch.joined]);
    for (const { entityPath } of sources) {
      if (!this.#entityPathIds.has(entityPath)) this.#entityPathIds.set(entityPath, this.#entityPathIds.size);
    }
    this.#markIdentityFields();
    const fetches = groups.map((group, id) => this.#fetch(group, id));
    this.#checkDirectives(fetches);
    return {
      operation: operation.operation,
      name: operation.name?.value ?? null,
      fetches,
      entityPaths: [...this.#entityPathIds].map(([entityPath, id]) => this.#entityPath(entityPath, id)),
      entityFetches: this.#remaining.map((entityFetch) => this.#entityFetch(entityFetch)),
      output,
      denied,
    };
  }

  /** Marks the places of the response's shape at which the same object may stand several times. */
  #markIdentityFields(): void {
    const selections = new Set<UpstreamSelection<FetchGroup>>();
    for (const { selection } of this.#entityPathIds.keys()) if (identityFieldsIn(selection)) selections.add(selection);
    for (const { shape, typeName, selection } of this.#graph.shapes) {
      if (selections.has(selection)) shape.identityFields.push(typeName);
    }
  }

  #group(): RequestGroup[] {
    const groups = new Map<string, RequestGroup>();
    for (const fetchGroup of [...this.#graph.roots, ...this.#remaining]) {
      const { stage, level } = fetchGroup;
      const alone = fetchGroup.kind !== 'entity' || !fetchGroup.entityResolver.list;
      const subgraph = fetchGroup.kind === 'introspection' ? introspectionSubgraph : fetchGroup.subgraph;
      const key = `${stage} ${level} ${subgraph}${alone ? ` ${fetchGroup.slot}` : ''}`;
      const group = groups.get(key) ?? { fetchGroups: [], stage, level };
      group.fetchGroups.push(fetchGroup);
      groups.set(key, group);
    }
    return [...groups.values()].sort((one, other) => one.stage - other.stage || one.level - other.level);
  }

  #fetch(group: RequestGroup, id: number): Fetch {
    const [first] = group.fetchGroups as [FetchGroup];
    const dependsOn = new Set(
      group.fetchGroups.flatMap((fetchGroup) =>
        fetchGroup.kind === 'entity' ? fetchGroup.dependsOn.map((other) => this.#fetchOf.get(other) as number) : [],
      ),
    );
    // A mutation's root fields run in series: each waits for all of the one before it.
    for (const other of this.#stages.get(group.stage - 1) ?? []) dependsOn.add(other);
    const base = { id, dependsOn: [...dependsOn].sort((a, b) => a - b), level: group.level };
    if (first.kind === 'introspection') return { ...base, ...this.#introspection(first) };
    const kind = first.kind === 'root' ? this.#graph.operation.operation : 'query';
    const name = this.#operationName(first.subgraph, id);
    const nodes = this.#directives(first.subgraph, kind);
    const directives = printDirectives(nodes);
    const common = { ...base, subgraph: first.subgraph, operation: kind, directives } as const;
    if (first.kind === 'root') {
      const used = variablesIn(first.selection, variablesOf(nodes));
      return {
        ...common,
        document: `${kind}${name}${this.#header(used, [])}${directives} ${first.selection.print(this.#graph.steps)}`,
        variables: this.#variables(used),
        slot: first.slot,
        entityFetches: [],
        parts: null,
        repeat: null,
      };
    }
    const entityFetches = group.fetchGroups as EntityFetchGroup[];
    const used = variablesOf(nodes);
    for (const entityFetch of entityFetches) variablesIn(entityFetch.selection, used);
    const more = { variables: this.#variables(used), slot: null, entityFetches: entityFetches.map(({ slot }) => slot) };
    const start = `query${name}`;
    if (!first.entityResolver.list) {
      const repeat = {
        header: this.#definitions(used, []).join(', '),
        definitions: this.#repeatedDefinitions(first),
        field: this.#repeatedField(first),
      };
      return { ...common, ...more, document: start, parts: null, repeat };
    }
    const keys = entityFetches.flatMap((entityFetch) => this.#keyDefinitions(entityFetch));
    const fields = entityFetches.map((entityFetch) =>
      this.#listField(entityFetch, this.#alias(entityFetch, entityFetches.length > 1)),
    );
    const parts = entityFetches.map((entityFetch, index) => ({
      variables: [...variablesIn(entityFetch.selection, variablesOf(nodes))].map((name) => ({
        name,
        definition: this.#definition(name),
      })),
      keys: this.#keyDefinitions(entityFetch),
      field: fields[index] as string,
    }));
    return {
      ...common,
      ...more,
      document: `${start}${this.#header(used, keys)}${directives} { ${fields.join(' ')} }`,
      parts: parts.length > 1 ? { start, entityFetches: parts } : null,
      repeat: null,
    };
  }

  /** The directives of the client's operation that a subgraph supports. */
  #directives(subgraph: string, kind: OperationKind): Directives {
    const { operation, model, variables } = this.#graph;
    const directives = serviceDirectives(operation);
    if (directives.length === 0) return directives;
    const taken = directives.filter(({ name }) => model.supportsDirective(subgraph, name.value, kind.toUpperCase()));
    return upstreamDirectives(taken, model, subgraph, variables);
  }

  /** @throws PlanRejected for directives of the operation that no fetch has. */
  #checkDirectives(fetches: readonly Fetch[]): void {
    const { operation, model, denied } = this.#graph;
    const lost = serviceDirectives(operation).filter(
      ({ name }) =>
        !fetches.some(
          ({ subgraph, operation: kind }) =>
            subgraph !== introspectionSubgraph && model.supportsDirective(subgraph, name.value, kind.toUpperCase()),
        ),
    );
    // Denied fields are not fetched: there is nothing then that the directive could have an effect on.
    if (lost.length > 0 && !denied) throw rejection(lost, 'no service that this operation is sent to defines it');
  }

  #introspection(fetchGroup: IntrospectionGroup): Omit<Fetch, 'id' | 'dependsOn' | 'level'> {
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: fetchGroup.nodes() };
    const definitions = this.#graph.operation.variableDefinitions ?? [];
    const fragments = fragmentsIn(selectionSet, this.#graph.fragments);
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
      operation: this.#graph.operation.operation,
      variableDefinitions: definitions.filter(({ variable }) => used.has(variable.name.value)),
      selectionSet,
    };
    return {
      subgraph: introspectionSubgraph,
      operation: 'query',
      document: [operation, ...fragments].map((node) => print(node)).join('\n'),
      directives: '',
      variables: [...used].map((name) => ({ name, from: name })),
      slot: fetchGroup.slot,
      entityFetches: [],
      parts: null,
      repeat: null,
    };
  }

  #entityFetch(entityFetch: EntityFetchGroup): EntityFetch {
    const { slot, entityResolver, entityPath } = entityFetch;
    const fetch = this.#fetchOf.get(entityFetch) as number;
    const together = (this.#groups[fetch]?.fetchGroups.length ?? 0) > 1;
    return {
      id: slot,
      fetch,
      type: entityPath.typeName,
      entryPoint: entityResolver.index,
      alias: this.#alias(entityFetch, together),
      arguments: entityResolver.argumentNames.map((name) => ({ name, variable: keyVariable(entityFetch, name) })),
      sources: [entityFetch, ...entityFetch.joined].map((source) => ({
        entityPath: this.#entityPathIds.get(source.entityPath) as number,
        key: source.key.map(keyField),
      })),
      match: entityFetch.match,
      cachePolicy: this.#cachePolicy(entityFetch),
    };
  }

  #cachePolicy(entityFetch: EntityFetchGroup): EntityCachePolicy | null {
    const { cacheRules, model } = this.#graph;
    const cachePolicy = cacheRules && entityCachePolicy(model, cacheRules, entityFetch);
    if (!cachePolicy) return null;
    const directives = this.#directives(entityFetch.subgraph, 'query');
    const used = variablesIn(entityFetch.selection, variablesOf(directives));
    const sources = this.#variables(used);
    // With the definitions: two operations with the same selection may each have their own defaults, and literals.
    const made = sources.filter((source) => 'template' in source).map((source) => JSON.stringify(source));
    const header = `${this.#header(used, [])}${printDirectives(directives)}${made.join('')}`;
    const selection = `${header}${entityFetch.selection.print(this.#graph.steps)}`;
    return { ...cachePolicy, selection, variables: clientVariables(sources) };
  }

  #entityPath(entityPath: EntityPathDraft, id: number): EntityPath {
    const owner = representative(entityPath.responsePath.owner);
    return {
      id,
      fetch: this.#fetchOf.get(owner) as number,
      entityFetch: owner.kind === 'entity' ? owner.slot : null,
      path: entityPath.responsePath.path,
      type: entityPath.filter,
      identityFields: identityFieldsIn(entityPath.selection),
    };
  }

  #alias(entityFetch: EntityFetchGroup, together: boolean): string {
    if (!entityFetch.entityResolver.list) return '_';
    return together ? `_${entityFetch.slot}` : entityFetch.entityResolver.fieldName;
  }

  #listField(entityFetch: EntityFetchGroup, alias: string): string {
    const { fieldName, argumentNames } = entityFetch.entityResolver;
    const args = argumentNames.map((name) => `${name}: $${keyVariable(entityFetch, name)}`).join(', ');
    const called = `${alias === fieldName ? '' : `${alias}: `}${fieldName}${args === '' ? '' : `(${args})`}`;
    return `${called} ${this.#entitySelection(entityFetch)}`;
  }

  /** The field for one key; the key's number goes between the texts. */
  #repeatedField(entityFetch: EntityFetchGroup): string[] {
    const { fieldName, argumentNames } = entityFetch.entityResolver;
    const texts = ['_', `: ${fieldName}`];
    for (const [index, name] of argumentNames.entries()) {
      texts[texts.length - 1] += `${index === 0 ? '(' : ', '}${name}: $${keyVariable(entityFetch, name)}_`;
      texts.push(index === argumentNames.length - 1 ? ')' : '');
    }
    texts[texts.length - 1] += ` ${this.#entitySelection(entityFetch)}`;
    return texts;
  }

  /** The variable definitions for one key; the key's number goes between the texts. */
  #repeatedDefinitions(entityFetch: EntityFetchGroup): string[] {
    const texts = [''];
    for (const [index, { variable, type }] of this.#keyVariables(entityFetch).entries()) {
      texts[texts.length - 1] += `${index === 0 ? '' : ', '}$${variable}_`;
      texts.push(`: ${type}`);
    }
    return texts;
  }

  #entitySelection({ entityResolver, entityPath, selection }: EntityFetchGroup): string {
    return entityResolver.abstract
      ? `{ ... on ${entityPath.typeName} ${selection.print(this.#graph.steps)} }`
      : selection.print(this.#graph.steps);
  }

  #keyVariables(entityFetch: EntityFetchGroup): { variable: string; type: string }[] {
    const field = this.#graph.model.subgraphs.get(entityFetch.subgraph)?.schema.getQueryType()?.getFields()[
      entityFetch.entityResolver.fieldName
    ];
    return entityFetch.entityResolver.argumentNames.map((name) => {
      const type = field?.args.find((argument) => argument.name === name)?.type;
      return { variable: keyVariable(entityFetch, name), type: String(type) };
    });
  }

  #keyDefinitions(entityFetch: EntityFetchGroup): string[] {
    return this.#keyVariables(entityFetch).map(({ variable, type }) => `$${variable}: ${type}`);
  }

  #definition(name: string): string {
    return this.#graph.variables.definition(name);
  }

  #definitions(used: ReadonlySet<string>, keys: readonly string[]): string[] {
    return [...[...used].map((name) => this.#definition(name)), ...keys];
  }

  #header(used: ReadonlySet<string>, keys: readonly string[]): string {
    const definitions = this.#definitions(used, keys);
    return definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
  }

  #variables(used: ReadonlySet<string>): Fetch['variables'] {
    return this.#graph.variables.sources(used);
  }

  /** Upstream operations carry the name of the client's operation, for the logs of services. */
  #operationName(subgraph: string, id: number): string {
    const name = this.#graph.operation.name?.value;
    return name ? ` ${name}__${subgraph.replace(/\W/g, '_')}__${id}` : ' ';
  }
}

function variablesOf(directives: Directives): Set<string> {
  const found = new Set<string>();
  for (const directive of directives) variablesInNode(directive, found);
  return found;
}

function keyVariable(entityFetch: EntityFetchGroup, argument: string): string {
  return `k${entityFetch.slot}_${argument}`;
}

function keyField(source: KeySource): KeyField {
  return {
    name: source.name,
    leaf: source.leaf,
    mayBeNull: source.mayBeNull,
    slot: source.fetchGroup ? representative(source.fetchGroup).slot : null,
    property: source.property,
    fields: source.fields?.map(keyField) ?? null,
  };
}

/** The properties selected on objects at a place, if they are a few leaves and nothing else. */
function identityFieldsIn(selection: UpstreamSelection<FetchGroup>): string[] | null {
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
