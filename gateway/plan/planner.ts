// The planner: from an operation to the fetches that answer it. It walks the selection with the subgraph it is in; a field
// that this subgraph serves stays, any other opens or joins a look-up where it is served.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { FieldShape, Leaf, Plan, Shape } from '../execute/plan.ts';
import { type AskedType, groupAlike, interfaceHasAll } from './alike-types.ts';
import type { ClientView } from './client-view.ts';
import { type CollectedField, FieldCollector } from './collect-fields.ts';
import { Completeness } from './completeness.ts';
import type { Denials } from './denials.ts';
import {
  type Draft,
  type DraftField,
  type DraftShape,
  IntrospectionDraft,
  type LookupDraft,
  type PositionDraft,
  RootDraft,
} from './draft.ts';
import { emitPlan, introspectionSubgraph } from './emit.ts';
import type { KeepRules } from './entity-kept.ts';
import { spendFallback } from './fallback-size.ts';
import { Lookups } from './lookups.ts';
import { mergeLookups } from './merge-lookups.ts';
import { type GraphModel, keySubgraph } from './model.ts';
import { PlanDeclined, PlanRejected } from './plan-declined.ts';
import { type Origin, providedBelow, type Route, Routes } from './routes.ts';
import { selectKey } from './select-key.ts';
import {
  directivesOf,
  rejection,
  rejectOnIntrospection,
  subgraphsTaking,
  upstreamMentions,
} from './service-directives.ts';
import { valueType } from './shapes.ts';
import { type StepBudget, unlimitedSteps } from './step-budget.ts';
import { noArguments, printArguments, stepsOf, type UpstreamArguments, type UpstreamSelection } from './upstream.ts';
import { UpstreamVariables } from './upstream-variables.ts';
import { isCertainlyLost, Visibility } from './visibility.ts';

/** What planning, printing and compiling one field costs, beside a selection that is looked at. */
const STEPS_PER_FIELD = 10;

/** Why a directive on a field is rejected. */
const NOT_DEFINED = 'no service that serves this field defines it as the graph does';

export interface PlanRequest {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The values of the variables in `@skip` and `@include`. */
  conditions: Readonly<Record<string, boolean>>;
  /** What is left out of the fetches. */
  denials: Denials;
  /** What planning may take; no limit where it is not given. */
  steps?: StepBudget;
}

export class Planner {
  readonly #model: GraphModel;
  readonly #routes: Routes;

  readonly #keep: KeepRules | null;

  readonly #view: ClientView | null;

  /**
   * @param keep how long entities may be kept; null where they are not.
   * @param view the client's, whose names answers have; null for the graph's own.
   */
  constructor(model: GraphModel, keep: KeepRules | null = null, view: ClientView | null = null) {
    this.#view = view;
    this.#model = model;
    this.#routes = new Routes(model);
    this.#keep = keep;
  }

  /**
   * Plans a validated operation.
   * @throws PlanDeclined with the reason.
   * @throws OperationTooComplex where it takes more steps than there are.
   */
  plan(request: PlanRequest): Plan {
    const planning = new Planning(this.#model, this.#routes, request, this.#keep, this.#view);
    try {
      return planning.run();
    } catch (error) {
      if (error instanceof PlanDeclined && !(error instanceof PlanRejected)) planning.checkFallback();
      throw error;
    }
  }
}

type UpstreamField = GraphQLField<unknown, unknown>;

/** The making of one plan. */
class Planning {
  readonly #model: GraphModel;
  readonly #routes: Routes;
  readonly #request: PlanRequest;
  readonly #steps: StepBudget;
  readonly #collector: FieldCollector;
  readonly #variables: UpstreamVariables;
  readonly #roots: (RootDraft | IntrospectionDraft)[] = [];
  readonly #lookups: Lookups;
  readonly #completeness: Completeness;
  readonly #arguments = new Map<FieldNode, Map<UpstreamField, UpstreamArguments>>();
  readonly #leaves = new Map<GraphQLNamedType, Leaf>();
  readonly #fields: DraftField[] = [];
  readonly #shapes: DraftShape[] = [];
  readonly #keep: KeepRules | null;
  readonly #view: ClientView | null;
  readonly #visibility: Visibility;

  constructor(
    model: GraphModel,
    routes: Routes,
    request: PlanRequest,
    keep: KeepRules | null,
    view: ClientView | null,
  ) {
    this.#view = view;
    this.#visibility = new Visibility(model.schema, request.denials, view);
    this.#model = model;
    this.#keep = keep;
    this.#routes = routes;
    this.#request = request;
    this.#steps = request.steps ?? unlimitedSteps();
    this.#collector = new FieldCollector(model.schema, request.document, request.conditions, this.#steps);
    this.#lookups = new Lookups(model, routes, this.#steps);
    this.#completeness = new Completeness(model, routes, this.#collector);
    this.#variables = new UpstreamVariables(request.operation.variableDefinitions ?? [], model.schema);
  }

  run(): Plan {
    const { operation, document } = this.#request;
    const rootType = this.#model.schema.getRootType(operation.operation);
    if (!rootType) throw new PlanDeclined(`the graph has no ${operation.operation} type`);
    const output: Shape = { abstract: false, types: {}, alike: [] };
    const fields: FieldShape[] = [];
    output.types[rootType.name] = fields;
    for (const field of this.#rootFields(rootType)) {
      const planned = this.#planRootField(rootType, field);
      fields.push(planned);
      // Its null takes all of the answer: mutations that would come after it are not begun.
      if (operation.operation === OperationTypeNode.MUTATION && isCertainlyLost(planned)) break;
    }
    const { all: lookups, positions } = this.#lookups;
    mergeLookups(lookups, positions, this.#steps);
    for (const lookup of lookups) if (!lookup.mergedInto) lookup.match = selectKey(this.#model, lookup);
    return emitPlan({
      document,
      operation,
      variables: this.#variables,
      model: this.#model,
      roots: this.#roots,
      lookups,
      positions: [...positions.values()],
      fields: this.#fields,
      shapes: this.#shapes,
      output,
      denied: this.#visibility.denied,
      keep: this.#keep,
      fragments: this.#collector.context.fragments,
      steps: this.#steps,
    });
  }

  /** Checks that fallback execution can be tried. @throws OperationTooComplex, PlanRejected */
  checkFallback(): void {
    spendFallback(this.#model.schema, this.#collector, this.#request.operation, this.#steps);
  }

  /** Without those that nobody gets an answer of, since a denied one beside them takes all of it with its null. */
  #rootFields(rootType: GraphQLObjectType): CollectedField[] {
    const { operation } = this.#request;
    const collected = this.#collector.root(rootType, operation.selectionSet);
    if (operation.operation === OperationTypeNode.MUTATION) return collected;
    const denied = collected.filter((field) => this.#visibility.denial(rootType.name, field) !== undefined);
    const lost = denied.some(({ name }) => isNonNullType(rootType.getFields()[name]?.type));
    return lost ? denied : collected;
  }

  #planRootField(rootType: GraphQLObjectType, field: CollectedField): FieldShape {
    if (field.name.startsWith('__')) rejectOnIntrospection(field);
    if (field.name === '__typename') return this.#visibility.typename(field, rootType.name);
    const denial = this.#visibility.denial(rootType.name, field);
    if (denial) return this.#output(null, this.#visibility.deniedField(rootType, field, denial));
    if (field.name === '__schema' || field.name === '__type') {
      const draft = this.#introspection();
      const type = { kind: 'json', nonNull: field.name === '__schema' } as const;
      return this.#output(draft, {
        key: field.key,
        coordinate: `${rootType.name}.${field.name}`,
        subgraph: introspectionSubgraph,
        slot: null,
        property: draft.add(field),
        type,
      });
    }
    // Without gaps: each stage waits for the one before it.
    const stage = this.#request.operation.operation === OperationTypeNode.MUTATION ? this.#roots.length : 0;
    const draft = this.#rootDraft(rootType, field, stage);
    const origin = { subgraph: draft.subgraph, typeName: rootType.name, provided: undefined };
    return this.#planField(draft, draft.selection, origin, rootType, field, null);
  }

  #rootDraft(rootType: GraphQLObjectType, field: CollectedField, stage: number): RootDraft {
    const serving = this.#taking(this.#model.serving(rootType.name, field.name), field);
    const asked = (subgraph: string) =>
      this.#roots.find((draft) => draft.kind === 'root' && draft.subgraph === subgraph && draft.stage === stage);
    const subgraph = this.#completeness.best(serving, rootType.name, field, (name) => asked(name) !== undefined);
    if (subgraph === undefined) {
      const coordinate = `${rootType.name}.${field.name}`;
      throw new PlanDeclined(`no subgraph serves ${coordinate}`, coordinate);
    }
    const existing = asked(subgraph);
    if (existing?.kind === 'root') return existing;
    const draft = new RootDraft(subgraph, rootType.name, stage);
    this.#roots.push(draft);
    return draft;
  }

  /** Those of the subgraphs that can follow a field's directives. */
  #taking(subgraphs: string[], field: CollectedField): string[] {
    const directives = directivesOf(field);
    if (!directives) return subgraphs;
    const allowed = subgraphsTaking(this.#model, directives);
    const taking = subgraphs.filter((subgraph) => allowed.has(subgraph));
    if (taking.length === 0) throw rejection(directives, NOT_DEFINED);
    return taking;
  }

  #introspection(): IntrospectionDraft {
    const existing = this.#roots.find((draft) => draft.kind === 'introspection');
    if (existing?.kind === 'introspection') return existing;
    const draft = new IntrospectionDraft();
    this.#roots.push(draft);
    return draft;
  }

  /** Plans one field that the origin's subgraph serves, into `selection`; `draft` is null for the object's own answer. */
  #planField(
    draft: Draft | null,
    selection: UpstreamSelection<Draft>,
    origin: Origin,
    parent: GraphQLObjectType,
    field: CollectedField,
    types: string[] | null,
  ): FieldShape {
    const definition = parent.getFields()[field.name];
    const upstream = this.#model.fieldIn(origin.subgraph, origin.typeName, field.name);
    if (!definition || !upstream) {
      const coordinate = `${parent.name}.${field.name}`;
      throw new PlanDeclined(`${origin.subgraph} lost ${coordinate}`, coordinate);
    }
    const upstreamType = getNamedType(upstream.type);
    const asked = selection.field(
      field.name,
      this.#argumentsOf(field, origin.subgraph, upstream),
      String(upstream.type),
      isCompositeType(upstreamType) ? upstreamType.name : null,
      types,
      // Under two names, a client's field is two: what fails below one of them must not take the other with it.
      field.key === field.name ? '' : field.key,
      directivesOf(field) ? upstreamMentions(field.nodes, this.#model, origin.subgraph, this.#variables) : undefined,
    );
    const { selection: within } = asked;
    const below = within
      ? this.#visibility.below(field, () =>
          this.#planBelow(within, origin, field, getNamedType(definition.type).name, upstreamType.name),
        )
      : null;
    return this.#output(draft, {
      key: field.key,
      coordinate: `${parent.name}.${field.name}`,
      subgraph: origin.subgraph,
      slot: null,
      property: asked.key,
      type: valueType(definition.type, below, this.#view, this.#leaves),
    });
  }

  /** Plans what is asked of the objects that a field gives. */
  #planBelow(
    selection: UpstreamSelection<Draft>,
    parent: Origin,
    field: CollectedField,
    clientType: string,
    upstreamType: string,
  ): Shape {
    const provided =
      this.#model.providedBy(parent.subgraph, parent.typeName, field.name) ??
      providedBelow(parent.provided, field.name);
    const upstream = this.#model.typeIn(parent.subgraph, upstreamType);
    if (isObjectType(upstream) && (upstreamType === clientType || !this.#visibility.isClosed(upstreamType))) {
      const origin = { subgraph: parent.subgraph, typeName: upstreamType, provided };
      const fields = this.#collector.below(upstreamType, field);
      const shape: Shape = { abstract: false, types: {}, alike: [] };
      shape.types[upstreamType] = this.#planObjects(selection, origin, null, fields);
      this.#shapes.push({ shape, typeName: upstreamType, selection });
      return shape;
    }
    return this.#planAbstract(selection, parent.subgraph, provided, clientType, upstreamType, field);
  }

  /** Objects of several types may stand here: each says its own, and each gets the fields that are asked of it. */
  #planAbstract(
    selection: UpstreamSelection<Draft>,
    subgraph: string,
    provided: SelectionSetNode | undefined,
    clientType: string,
    upstreamType: string,
    field: CollectedField,
  ): Shape {
    selection.typename = true;
    const shape = this.#visibility.abstractShape();
    const upstream = this.#model.typeIn(subgraph, upstreamType);
    const schema = this.#model.subgraphs.get(subgraph)?.schema;
    const client = this.#model.schema.getType(clientType);
    if (!schema || !(isAbstractType(upstream) || isObjectType(upstream)))
      throw new PlanDeclined(`${subgraph} has no ${upstreamType}`);
    const members = isAbstractType(upstream) ? schema.getPossibleTypes(upstream) : [upstream];
    const possible = members
      .filter(({ name }) => !this.#visibility.closes(shape, name))
      .filter(({ name }) => {
        const type = this.#model.schema.getType(name);
        return (
          isObjectType(type) && (!isAbstractType(client) ? client === type : this.#model.schema.isSubType(client, type))
        );
      })
      .map(({ name }) => ({ name, fields: this.#collector.below(name, field) }));
    for (const { fields } of possible) this.#steps.spend(1 + fields.length);
    const context = { model: this.#model, routes: this.#routes, visibility: this.#visibility, subgraph, provided };
    for (const group of groupAlike(context, possible)) {
      const names = group.map(({ name }) => name);
      const [first] = group as [AskedType];
      const { name, fields } = first;
      const onAll = names.length === possible.length && names.length === members.length;
      const onInterface = onAll && isInterfaceType(upstream) && interfaceHasAll(context, upstream, first);
      // A selection that holds something already may not be shared: what is in it is not asked of the others.
      const empty = names.every((each) => !selection.fragments.get(each)?.fields.size);
      if (names.length === 1 || !(onInterface || empty)) {
        for (const each of group) {
          const origin = { subgraph, typeName: each.name, provided };
          const target = onInterface ? selection : selection.fragment(each.name);
          shape.types[each.name] = this.#planObjects(target, origin, each.name, each.fields);
        }
        continue;
      }
      const origin = { subgraph, typeName: name, provided };
      const target = onInterface ? selection : selection.fragment(name);
      const shapes = this.#planAlike(target, origin, onInterface ? null : names, fields);
      if (names.length === 1) this.#shapes.push({ shape, typeName: name, selection: target });
      for (const each of names) {
        shape.types[each] = shapes;
        if (onInterface || each === name) continue;
        const fragment = selection.fragment(each);
        for (const [key, asked] of target.fields) fragment.fields.set(key, asked);
      }
    }
    return shape;
  }

  #planAlike(
    selection: UpstreamSelection<Draft>,
    origin: Origin,
    types: string[] | null,
    fields: CollectedField[],
  ): FieldShape[] {
    const parent = this.#objectType(origin.typeName);
    return fields.map((field) => {
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        return this.#visibility.typename(field, null);
      }
      const denial = this.#visibility.denial(parent.name, field);
      if (denial) return this.#output(null, this.#visibility.deniedField(parent, field, denial));
      return this.#planField(null, selection, origin, parent, field, types);
    });
  }

  /** Plans the fields of objects of one type at one place, here or by look-up. */
  #planObjects(
    selection: UpstreamSelection<Draft>,
    origin: Origin,
    filter: string | null,
    fields: CollectedField[],
  ): FieldShape[] {
    const parent = this.#objectType(origin.typeName);
    // What needs other fields first decides when its subgraph is asked; the rest can then go along.
    const position = this.#lookups.position(selection, origin, filter);
    const planned = new Map<CollectedField, FieldShape>();
    for (const field of fields) {
      const denial = this.#visibility.denial(parent.name, field);
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        planned.set(field, this.#visibility.typename(field, origin.typeName));
      } else if (denial) planned.set(field, this.#output(null, this.#visibility.deniedField(parent, field, denial)));
      else if (this.#staysHere(origin, parent, field)) {
        planned.set(field, this.#planField(null, selection, origin, parent, field, filter === null ? null : [filter]));
      }
    }
    for (const field of fields) {
      if (planned.has(field)) continue;
      const lookup = this.#lookupFor(position, parent, field);
      const there = { subgraph: lookup.subgraph, typeName: origin.typeName, provided: undefined };
      planned.set(field, this.#planField(lookup, lookup.selection, there, parent, field, null));
    }
    return fields.map((field) => planned.get(field) as FieldShape);
  }

  /** A field that is here and, if it gives objects nobody can look up, has here all that is asked of them. */
  #staysHere(origin: Origin, parent: GraphQLObjectType, field: CollectedField): boolean {
    if (origin.subgraph === keySubgraph || !this.#routes.isHere(origin, field.name)) return false;
    const directives = directivesOf(field);
    if (directives && !subgraphsTaking(this.#model, directives).has(origin.subgraph)) return false;
    const lacking = this.#completeness.lacking(origin.subgraph, parent.name, field);
    if (lacking === 0) return true;
    return !this.#routes
      .to(origin, field.name, directives ? subgraphsTaking(this.#model, directives) : undefined)
      .some((route) => this.#completeness.lacking(route.subgraph, parent.name, field) < lacking);
  }

  #lookupFor(position: PositionDraft, parent: GraphQLObjectType, field: CollectedField): LookupDraft {
    const directives = directivesOf(field);
    const routes = directives
      ? this.#routes.to(position.origin, field.name, subgraphsTaking(this.#model, directives))
      : this.#routes.to(position.origin, field.name);
    if (routes.length === 0) {
      if (directives) throw rejection(directives, NOT_DEFINED);
      const coordinate = `${parent.name}.${field.name}`;
      throw new PlanDeclined(`${coordinate} cannot be reached from ${position.origin.subgraph}`, coordinate);
    }
    const open = (subgraph: string) => position.lookups.some((lookup) => lookup.subgraph === subgraph);
    const subgraph = this.#completeness.best(
      routes.map((route) => route.subgraph),
      parent.name,
      field,
      open,
    );
    return this.#lookups.open(position, routes.find((route) => route.subgraph === subgraph) as Route);
  }

  /** The arguments of a field as a subgraph takes them; made once for each field of the document and of the subgraph. */
  #argumentsOf({ nodes: [node] }: CollectedField, subgraph: string, upstream: UpstreamField): UpstreamArguments {
    if (!node?.arguments || node.arguments.length === 0) return noArguments;
    const known = this.#arguments.get(node) ?? new Map<UpstreamField, UpstreamArguments>();
    this.#arguments.set(node, known);
    let args = known.get(upstream);
    if (!args) {
      args = printArguments(this.#variables.arguments(node.arguments, this.#model.schemaOf(subgraph), upstream.args));
      this.#steps.spend(stepsOf(args));
      known.set(upstream, args);
    }
    return args;
  }

  #objectType(name: string): GraphQLObjectType {
    const type = this.#model.schema.getType(name);
    if (!isObjectType(type)) throw new PlanDeclined(`the graph has no object type ${name}`);
    return type;
  }

  #output(draft: Draft | null, shape: FieldShape): FieldShape {
    this.#steps.spend(STEPS_PER_FIELD);
    this.#fields.push({ shape, draft });
    return this.#visibility.name(shape);
  }
}
