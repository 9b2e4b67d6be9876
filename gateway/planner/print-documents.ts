// Document printer: the upstream documents of a plan's fetches, whole and in the parts that an execution puts together.
import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Fetch, FetchParts, OperationKind } from '../query-plan/plan.ts';
import { type EntityFetchGroup, type IntrospectionGroup, introspectionSubgraph } from './fetch-graph.ts';
import type { GraphModel } from './model.ts';
import { type Directives, serviceDirectives, upstreamDirectives } from './service-directives.ts';
import type { StepBudget } from './step-budget.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import { append } from './upstream-arguments.ts';
import { variablesIn, variablesInNode } from './upstream-selection.ts';
import type { UpstreamVariables } from './upstream-variables.ts';

/** Of an operation that is planned, what its upstream documents are printed from. */
export interface PrintSource {
  operation: OperationDefinitionNode;
  variables: UpstreamVariables;
  model: GraphModel;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The budget of printing. */
  steps: StepBudget;
}

type FetchPart = FetchParts['entityFetches'][number];

export class DocumentPrinter {
  readonly #source: PrintSource;

  constructor(source: PrintSource) {
    this.#source = source;
  }

  /** The directives of the client's operation that a subgraph supports. */
  directives(subgraph: string, kind: OperationKind): Directives {
    const { operation, model, variables } = this.#source;
    const directives = serviceDirectives(operation);
    if (directives.length === 0) return directives;
    const taken = directives.filter(({ name }) => model.supportsDirective(subgraph, name.value, kind.toUpperCase()));
    return upstreamDirectives(taken, model, subgraph, variables);
  }

  introspection(fetchGroup: IntrospectionGroup): Omit<Fetch, 'id' | 'dependsOn' | 'level'> {
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: fetchGroup.nodes() };
    const definitions = this.#source.operation.variableDefinitions ?? [];
    const fragments = fragmentsIn(selectionSet, this.#source.fragments);
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
      operation: this.#source.operation.operation,
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

  alias(entityFetch: EntityFetchGroup, together: boolean): string {
    if (!entityFetch.entityResolver.list) return '_';
    return together ? `_${entityFetch.slot}` : entityFetch.entityResolver.fieldName;
  }

  /**
   * An entity fetch as a part of a document.
   * @param used receives the variables in it; it has those of the operation's directives.
   * @param together whether other entity fetches stand beside it.
   */
  part(entityFetch: EntityFetchGroup, used: Set<string>, together: boolean): FetchPart {
    const variables = [...variablesIn(entityFetch.selection, used)].map((name) => ({
      name,
      definition: this.definition(name),
    }));
    if (entityFetch.contexts.length === 0) {
      const field = this.listField(entityFetch, this.alias(entityFetch, together));
      return { variables, keys: this.keyDefinitions(entityFetch), field };
    }
    const repeat = this.#contextParts(entityFetch);
    const first = `${entityFetch.slot}_0`;
    return { variables, keys: [repeat.definitions.join(first)], field: repeat.field.join(first), repeat };
  }

  listField(entityFetch: EntityFetchGroup, alias: string): string {
    const { fieldName, argumentNames } = entityFetch.entityResolver;
    const args = argumentNames.map((name) => `${name}: $${keyVariable(entityFetch, name)}`).join(', ');
    const called = `${alias === fieldName ? '' : `${alias}: `}${fieldName}${args === '' ? '' : `(${args})`}`;
    return `${called} ${this.#entitySelection(entityFetch)}`;
  }

  /** An entity fetch that stands once for each value of enclosing objects; its number goes between the texts. */
  #contextParts(entityFetch: EntityFetchGroup): { definitions: string[]; field: string[] } {
    const { argumentNames, fieldName, list } = entityFetch.entityResolver;
    if (!list)
      throw new UnsupportedOperation(
        `${entityFetch.subgraph} looks up one ${entityFetch.entityPath.typeName} at a time`,
      );
    const definitions = [''];
    for (const { variable, type } of entityFetch.contexts) {
      append(definitions, `${definitions.length === 1 ? '' : ', '}$${variable}_`);
      definitions.push(`: ${type}`);
    }
    for (const { name, type } of this.#keyVariables(entityFetch)) {
      append(definitions, ', $k_');
      definitions.push(`_${name}: ${type}`);
    }
    const field = ['_', `: ${fieldName}(`];
    for (const [index, name] of argumentNames.entries()) {
      append(field, `${index === 0 ? '' : ', '}${name}: $k_`);
      field.push(`_${name}`);
    }
    append(field, ') ');
    const [first = '', ...rest] = this.#entityParts(entityFetch);
    append(field, first);
    return { definitions, field: [...field, ...rest] };
  }

  /** The field for one key; the key's number goes between the texts. */
  repeatedField(entityFetch: EntityFetchGroup): string[] {
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
  repeatedDefinitions(entityFetch: EntityFetchGroup): string[] {
    const texts = [''];
    for (const [index, { variable, type }] of this.#keyVariables(entityFetch).entries()) {
      texts[texts.length - 1] += `${index === 0 ? '' : ', '}$${variable}_`;
      texts.push(`: ${type}`);
    }
    return texts;
  }

  #entitySelection(entityFetch: EntityFetchGroup): string {
    return this.#entityParts(entityFetch).join('');
  }

  #entityParts({ entityResolver, selection }: EntityFetchGroup): string[] {
    const parts = selection.printParts(this.#source.steps);
    if (!entityResolver.abstract) return parts;
    parts[0] = `{ ... on ${entityResolver.typeName} ${parts[0]}`;
    append(parts, ' }');
    return parts;
  }

  #keyVariables(entityFetch: EntityFetchGroup): { name: string; variable: string; type: string }[] {
    const field = this.#source.model.subgraphs.get(entityFetch.subgraph)?.schema.getQueryType()?.getFields()[
      entityFetch.entityResolver.fieldName
    ];
    return entityFetch.entityResolver.argumentNames.map((name) => {
      const type = field?.args.find((argument) => argument.name === name)?.type;
      return { name, variable: keyVariable(entityFetch, name), type: String(type) };
    });
  }

  keyDefinitions(entityFetch: EntityFetchGroup): string[] {
    return this.#keyVariables(entityFetch).map(({ variable, type }) => `$${variable}: ${type}`);
  }

  definition(name: string): string {
    return this.#source.variables.definition(name);
  }

  definitions(used: ReadonlySet<string>, keys: readonly string[]): string[] {
    return [...[...used].map((name) => this.definition(name)), ...keys];
  }

  header(used: ReadonlySet<string>, keys: readonly string[]): string {
    const definitions = this.definitions(used, keys);
    return definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
  }

  variables(used: ReadonlySet<string>): Fetch['variables'] {
    return this.#source.variables.sources(used);
  }

  /** Upstream operations carry the name of the client's operation, for the logs of services. */
  operationName(subgraph: string, id: number): string {
    const name = this.#source.operation.name?.value;
    return name ? ` ${name}__${subgraph.replace(/\W/g, '_')}__${id}` : ' ';
  }
}

export function variablesOf(directives: Directives): Set<string> {
  const found = new Set<string>();
  for (const directive of directives) variablesInNode(directive, found);
  return found;
}

export function keyVariable(entityFetch: EntityFetchGroup, argument: string): string {
  return `k${entityFetch.slot}_${argument}`;
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
