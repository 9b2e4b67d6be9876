// Plan builder: from the fetch graph to the plan, with the upstream documents of its fetches.
import type { Counterpart, EntityCachePolicy, EntityFetch, EntityPath, Fetch, Plan } from '../query-plan/plan.ts';
import type { Shape } from '../query-plan/shape.ts';
import { contextPath, onlyOfType, outermostPlaces } from './context-paths.ts';
import { type CacheRules, entityCachePolicy } from './entity-cache-policy.ts';
import {
  type CounterpartGroup,
  type EntityFetchGroup,
  type EntityPathDraft,
  type FetchGroup,
  type IntrospectionGroup,
  introspectionSubgraph,
  type RootFetchGroup,
  representative,
  slotOf,
} from './fetch-graph.ts';
import { identityFieldsIn, keyField } from './plan-properties.ts';
import type { PlannedField, PlannedShape, TypedShape } from './planned-shapes.ts';
import { DocumentPrinter, keyVariable, type PrintSource, variablesOf } from './print-documents.ts';
import { type RequestGroup, RequestGroups } from './request-groups.ts';
import { rootTypeResolver } from './root-type-resolver.ts';
import { printDirectives, rejection, serviceDirectives } from './service-directives.ts';
import { type UpstreamSelection, variablesIn } from './upstream-selection.ts';
import { clientVariables } from './upstream-variables.ts';

export interface FetchGraph extends PrintSource {
  roots: readonly (RootFetchGroup | IntrospectionGroup)[];
  entityFetches: readonly EntityFetchGroup[];
  entityPaths: readonly EntityPathDraft[];
  fields: readonly PlannedField[];
  shapes: readonly PlannedShape[];
  typed: readonly TypedShape[];
  counterparts: readonly CounterpartGroup[];
  output: Shape;
  denied: boolean;
  /** Null where entities are not cached. */
  cacheRules: CacheRules | null;
}

export function buildPlan(graph: FetchGraph): Plan {
  return new PlanBuilder(graph).run();
}

class PlanBuilder {
  readonly #graph: FetchGraph;
  readonly #printer: DocumentPrinter;
  readonly #remaining: EntityFetchGroup[];
  readonly #requests: RequestGroups;
  readonly #entityPathIds = new Map<EntityPathDraft, number>();

  constructor(graph: FetchGraph) {
    this.#graph = graph;
    this.#printer = new DocumentPrinter(graph);
    this.#remaining = graph.entityFetches.filter((entityFetch) => !entityFetch.representedBy);
    const fetchGroups = [...graph.roots, ...this.#remaining];
    for (const [slot, one] of [...fetchGroups, ...graph.counterparts].entries()) one.slot = slot;
    this.#requests = new RequestGroups(fetchGroups);
  }

  run(): Plan {
    const { operation, fields, output, denied, typed, counterparts } = this.#graph;
    for (const { shape, fetchGroup } of typed) shape.typeSlot = representative(fetchGroup).slot;
    for (const { shape, fetchGroup } of fields) shape.slot = slotOf(fetchGroup);
    const sources = this.#remaining.flatMap((entityFetch) => [entityFetch, ...entityFetch.joined]);
    const parents = counterparts.flatMap(({ origin }) => origin.parents ?? []);
    const enclosing = sources.flatMap(({ contexts }) => outermostPlaces(contexts)[0]?.entityPath ?? []);
    for (const entityPath of [...sources.map((source) => source.entityPath), ...enclosing, ...parents]) {
      if (!this.#entityPathIds.has(entityPath)) this.#entityPathIds.set(entityPath, this.#entityPathIds.size);
    }
    this.#markIdentityFields();
    const fetches = this.#requests.all.map((group, id) => this.#fetch(group, id));
    this.#checkDirectives(fetches);
    return {
      operation: operation.operation,
      name: operation.name?.value ?? null,
      fetches,
      entityPaths: [...this.#entityPathIds].map(([entityPath, id]) => this.#entityPath(entityPath, id)),
      entityFetches: this.#remaining.map((entityFetch) => this.#entityFetch(entityFetch)),
      ...(counterparts.length > 0 && { counterparts: counterparts.map((each) => this.#counterpart(each)) }),
      output,
      denied,
    };
  }

  /** Marks the places of the response's shape at which the same object may stand several times. */
  #markIdentityFields(): void {
    const selections = new Set<UpstreamSelection<FetchGroup>>();
    for (const { selection } of this.#entityPathIds.keys())
      if (this.#identityFieldsIn(selection)) selections.add(selection);
    for (const { shape, typeName, selection } of this.#graph.shapes) {
      if (selections.has(selection)) shape.identityFields.push(typeName);
    }
  }

  #fetch(group: RequestGroup, id: number): Fetch {
    const [first] = group.fetchGroups as [FetchGroup];
    const base = { id, dependsOn: this.#requests.dependsOn(group), level: group.level };
    if (first.kind === 'introspection') return { ...base, ...this.#printer.introspection(first) };
    const kind = first.kind === 'root' ? this.#graph.operation.operation : 'query';
    const name = this.#printer.operationName(first.subgraph, id);
    const nodes = this.#printer.directives(first.subgraph, kind);
    const directives = printDirectives(nodes);
    const common = { ...base, subgraph: first.subgraph, operation: kind, directives } as const;
    if (first.kind === 'root') {
      const used = variablesIn(first.selection, variablesOf(nodes));
      return {
        ...common,
        document: `${kind}${name}${this.#printer.header(used, [])}${directives} ${first.selection.print(this.#graph.steps)}`,
        variables: this.#printer.variables(used),
        slot: first.slot,
        entityFetches: [],
        parts: null,
        repeat: null,
      };
    }
    const entityFetches = group.fetchGroups as EntityFetchGroup[];
    const used = variablesOf(nodes);
    for (const entityFetch of entityFetches) variablesIn(entityFetch.selection, used);
    const more = {
      variables: this.#printer.variables(used),
      slot: null,
      entityFetches: entityFetches.map(({ slot }) => slot),
    };
    const start = `query${name}`;
    if (first.entityResolver === rootTypeResolver) {
      const document = `${start}${this.#printer.header(used, [])}${directives} ${first.selection.print(this.#graph.steps)}`;
      return { ...common, ...more, document, parts: null, repeat: null };
    }
    if (!first.entityResolver.list) {
      const repeat = {
        header: this.#printer.definitions(used, []).join(', '),
        definitions: this.#printer.repeatedDefinitions(first),
        field: this.#printer.repeatedField(first),
      };
      return { ...common, ...more, document: start, parts: null, repeat };
    }
    const parts = entityFetches.map((entityFetch) =>
      this.#printer.part(entityFetch, variablesOf(nodes), entityFetches.length > 1),
    );
    const keys = parts.flatMap((part) => part.keys);
    const isWhole = parts.length === 1 && !parts[0]?.repeat;
    return {
      ...common,
      ...more,
      document: `${start}${this.#printer.header(used, keys)}${directives} { ${parts.map(({ field }) => field).join(' ')} }`,
      parts: isWhole ? null : { start, entityFetches: parts },
      repeat: null,
    };
  }

  /** @throws PlanRejected for directives of the operation that no fetch has. */
  #checkDirectives(fetches: readonly Fetch[]): void {
    const { operation, model, denied } = this.#graph;
    const sent = fetches.filter(({ subgraph }) => subgraph !== introspectionSubgraph);
    // Denied fields, introspection and `__typename` are not fetched: there is nothing that a directive could change.
    if (sent.length === 0 || denied) return;
    const lost = serviceDirectives(operation).filter(
      ({ name }) =>
        !sent.some(({ subgraph, operation: kind }) =>
          model.supportsDirective(subgraph, name.value, kind.toUpperCase()),
        ),
    );
    if (lost.length > 0) throw rejection(lost, 'no service that this operation is sent to defines it');
  }

  #entityFetch(entityFetch: EntityFetchGroup): EntityFetch {
    const { slot, entityResolver, entityPath } = entityFetch;
    return {
      id: slot,
      fetch: this.#requests.fetchOf(entityFetch),
      type: entityPath.typeName,
      ...(entityResolver === rootTypeResolver
        ? { isRootType: true as const }
        : entityResolver.typeName !== entityPath.typeName && { lookedUpAs: entityResolver.typeName }),
      entryPoint: entityResolver.index,
      alias: this.#printer.alias(entityFetch, this.#requests.isShared(entityFetch)),
      arguments: entityResolver.argumentNames.map((name) => ({ name, variable: keyVariable(entityFetch, name) })),
      sources: [entityFetch, ...entityFetch.joined].map((source) => ({
        entityPath: this.#entityPathIds.get(source.entityPath) as number,
        key: source.key.map(keyField),
        ...onlyOfType(source.entityPath),
        ...(source.contexts.length > 0 && {
          contexts: contextPath(source.contexts, (entityPath) => this.#entityPathIds.get(entityPath) as number),
        }),
      })),
      ...(entityFetch.contexts.length > 0 && {
        contexts: entityFetch.contexts.map(({ variable, type }) => ({ variable, type })),
      }),
      match: entityFetch.match,
      cachePolicy: this.#cachePolicy(entityFetch),
    };
  }

  #cachePolicy(entityFetch: EntityFetchGroup): EntityCachePolicy | null {
    const { cacheRules, model } = this.#graph;
    if (entityFetch.entityResolver === rootTypeResolver) return null;
    const cachePolicy = cacheRules && entityCachePolicy(model, cacheRules, entityFetch);
    if (!cachePolicy) return null;
    const directives = this.#printer.directives(entityFetch.subgraph, 'query');
    const used = variablesIn(entityFetch.selection, variablesOf(directives));
    const sources = this.#printer.variables(used);
    // With the definitions: two operations with the same selection may each have their own defaults, and literals.
    const made = sources.filter((source) => 'template' in source).map((source) => JSON.stringify(source));
    const header = `${this.#printer.header(used, [])}${printDirectives(directives)}${made.join('')}`;
    const selection = `${header}${entityFetch.selection.print(this.#graph.steps)}`;
    return { ...cachePolicy, selection, variables: clientVariables(sources) };
  }

  /** Objects with counterparts stand for themselves: two that are equal may have different ones. */
  #identityFieldsIn(selection: UpstreamSelection<FetchGroup>): string[] | null {
    return this.#graph.counterparts.some(({ main }) => main === selection) ? null : identityFieldsIn(selection);
  }

  #counterpart({ main, origin, other, slot, source }: CounterpartGroup): Counterpart {
    const owner = representative(main.responsePath.owner);
    return {
      id: slot,
      subgraph: source.subgraph,
      parents: origin.parents && (this.#entityPathIds.get(origin.parents) as number),
      own: { slot: slotOf(origin.fetchGroup), property: origin.property },
      other: { slot: slotOf(other.group), property: other.property },
      fetch: this.#requests.fetchOf(owner),
      path: main.responsePath.path,
    };
  }

  #entityPath(entityPath: EntityPathDraft, id: number): EntityPath {
    const owner = representative(entityPath.responsePath.owner);
    return {
      id,
      fetch: this.#requests.fetchOf(owner),
      entityFetch: owner.kind === 'entity' ? owner.slot : null,
      path: entityPath.responsePath.path,
      type: entityPath.filter,
      identityFields: this.#identityFieldsIn(entityPath.selection),
    };
  }
}
