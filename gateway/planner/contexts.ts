// Contexts: the objects that enclose those that are being planned, and the arguments that fields take from them
// (`@context`, `@fromContext`). The nearest enclosing object that sets a context has the value; the object with the
// field does not count. Costs nothing in graphs without contexts.
import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { type ContextArgument, contextKey } from '../compose/federation/contexts.ts';
import type { CollectedField } from './collect-fields.ts';
import type {
  ContextValue,
  CounterpartGroup,
  EntityFetchGroup,
  EntityPathDraft,
  FetchGroup,
  Place,
} from './fetch-graph.ts';
import type { FieldSource } from './field-source.ts';
import type { GraphModel } from './model.ts';
import type { FieldPath } from './paths.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import type { UpstreamArguments } from './upstream-arguments.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

/** The field whose objects are planned: places below it start from here. */
type Origin = Omit<Place, 'entityPath'>;

export class Contexts {
  readonly #model: GraphModel;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #places = new Map<EntityPathDraft, Place>();
  readonly #taking = new WeakMap<SelectionSetNode, boolean>();
  #takingNames: ReadonlySet<string> | undefined;
  #place: Place | null = null;
  #origin: Origin | null = null;

  constructor(model: GraphModel, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#model = model;
    this.#fragments = fragments;
  }

  /** Whether the graph has any. */
  get areUsed(): boolean {
    return this.#model.contexts !== undefined;
  }

  /** Plans the selection on what a field returns. */
  below<Result>(
    selection: UpstreamSelection<FetchGroup>,
    group: FetchGroup | CounterpartGroup | null,
    plan: () => Result,
  ): Result {
    const step = this.#model.contexts && selection.responsePath.path.at(-1);
    if (!step) return plan();
    const place = this.#place;
    const origin = this.#origin;
    this.#origin = { parent: place, group, step };
    const result = plan();
    this.#place = place;
    this.#origin = origin;
    return result;
  }

  /** Begins the objects at a place: the fields that are planned next are theirs. */
  enter(entityPath: EntityPathDraft): void {
    if (!this.#origin) return;
    this.#place = { entityPath, ...this.#origin };
    this.#places.set(entityPath, this.#place);
  }

  /** Whether enclosing objects of the objects that are being planned have all that a path to a field takes from them. */
  reach({ contextual = [] }: Pick<FieldPath, 'contextual'>): boolean {
    return contextual.every(({ context }) => this.#placesTo(this.#place, context) !== null);
  }

  /** Whether a field that takes an argument from a context may be selected below this one. */
  mayTakeBelow({ nodes }: CollectedField): boolean {
    if (!this.#model.contexts) return false;
    return nodes.some(({ selectionSet }) => selectionSet && this.#mayTake(selectionSet, new Set()));
  }

  /** Whether objects of all these types set the same contexts. */
  areEqual(typeNames: readonly string[]): boolean {
    const contexts = [...(this.#model.contexts?.types.values() ?? [])];
    return contexts.every((types) => new Set(typeNames.map((name) => types.has(name))).size < 2);
  }

  /**
   * The values that the fields of an entity fetch take.
   * @param planValue ensures that a selection on the objects at a place is fetched.
   * @throws UnsupportedOperation where no enclosing object sets a context, or it cannot be followed from there.
   */
  values(
    entityPath: EntityPathDraft,
    args: readonly ContextArgument[],
    planValue: (place: EntityPathDraft, argument: ContextArgument) => Pick<ContextValue, 'key' | 'path'>,
  ): ContextValue[] {
    const distinct = new Map(args.map((argument) => [contextKey(argument), argument]));
    return [...distinct].map(([taken, argument], index): ContextValue => {
      const { context, coordinate, name, type } = argument;
      const places = this.#placesTo(this.#places.get(entityPath) ?? null, context);
      const [setting, ...rest] = places ?? [];
      if (!places || !setting) {
        const root = this.#model.schema.getQueryType()?.name ?? '';
        const why = this.#model.contexts?.types.get(context)?.has(root)
          ? `the context ${context} is set by ${root}, and values of the root are not supported`
          : `no object that encloses ${entityPath.typeName} there sets the context ${context}`;
        throw new UnsupportedOperation(`${coordinate}(${name}:) has no value: ${why}`, coordinate);
      }
      if (rest.some(({ group }) => group?.kind === 'counterpart')) {
        const why = `an object between ${setting.entityPath.typeName} and ${entityPath.typeName} has no key`;
        throw new UnsupportedOperation(
          `${coordinate}(${name}:) cannot be followed from its context: ${why}`,
          coordinate,
        );
      }
      const value = planValue(setting.entityPath, argument);
      if (value.key.length === 0 && type.endsWith('!'))
        throw new UnsupportedOperation(
          `${coordinate}(${name}:) has no value on ${setting.entityPath.typeName}`,
          coordinate,
        );
      return { ...value, taken, variable: `c${index}`, type, places };
    });
  }

  /** From the nearest enclosing objects that set a context down to a place; null where there are none. */
  #placesTo(place: Place | null, context: string): Place[] | null {
    const types = this.#model.contexts?.types.get(context);
    if (!place || !types) return null;
    const places = [place];
    for (let above = place.parent; above; above = above.parent) {
      places.unshift(above);
      if (types.has(above.entityPath.typeName)) return places;
    }
    return null;
  }

  #isTaking(fieldName: string): boolean {
    this.#takingNames ??= new Set(
      [...(this.#model.contexts?.arguments.keys() ?? [])].map((key) => key.slice(key.lastIndexOf('.') + 1)),
    );
    return this.#takingNames.has(fieldName);
  }

  #mayTake(selectionSet: SelectionSetNode, visited: Set<string>): boolean {
    const known = this.#taking.get(selectionSet);
    if (known !== undefined) return known;
    const takes = selectionSet.selections.some((node) => {
      if (node.kind === Kind.FIELD) {
        if (this.#isTaking(node.name.value)) return true;
        return node.selectionSet !== undefined && this.#mayTake(node.selectionSet, visited);
      }
      if (node.kind === Kind.INLINE_FRAGMENT) return this.#mayTake(node.selectionSet, visited);
      const fragment = this.#fragments.get(node.name.value);
      if (!fragment || visited.has(node.name.value)) return false;
      return this.#mayTake(fragment.selectionSet, visited.add(node.name.value));
    });
    this.#taking.set(selectionSet, takes);
    return takes;
  }
}

/**
 * A field's arguments with those that its subgraph takes from enclosing objects.
 * @throws UnsupportedOperation where the fetch has no such values: an argument is never left out silently.
 */
export function withContextArguments(
  args: UpstreamArguments,
  model: GraphModel,
  group: FetchGroup | CounterpartGroup | null,
  { subgraph, typeName }: FieldSource,
  fieldName: string,
): UpstreamArguments {
  const taken = model.contextArguments(subgraph, typeName, fieldName);
  if (!taken) return args;
  const entityFetch: EntityFetchGroup | null = group?.kind === 'entity' ? group : null;
  const contexts = taken.map((argument) => {
    const value = entityFetch?.contexts.find(({ taken }) => taken === contextKey(argument));
    const coordinate = `${typeName}.${fieldName}`;
    if (!value) {
      throw new UnsupportedOperation(
        `${coordinate}(${argument.name}:) takes a value of an enclosing object, and ${subgraph} cannot look up ${typeName} to get it`,
        coordinate,
      );
    }
    return { name: argument.name, variable: value.variable };
  });
  return { ...args, contexts };
}
