// Generated operations with `@defer`, and their responses in parts beside those in one part.
import {
  type DirectiveNode,
  type DocumentNode,
  type InlineFragmentNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type VariableDefinitionNode,
  validate,
  visit,
} from 'graphql';
import type { PreparedOperation } from '../../gateway/engine/prepared-operation.ts';
import type { PartsSpec } from '../../gateway/pipeline/accept.ts';
import { noDeniedFields } from '../../gateway/query-plan/denied-fields.ts';
import { firstPartText, laterPartText } from '../../gateway/server/parts-text.ts';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import { errorBesideData } from '../differential/error-paths.ts';
import type { GraphUnderTest } from '../differential/graph-under-test.ts';
import { generateOperation, type Operation, operationOf } from '../differential/operations.ts';
import { Random } from '../differential/random.ts';
import { bare, type Merged, mergeByIds, mergeByPaths, type Part, type PartError, parsePart } from './merged-parts.ts';

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;

/** An operation with some fragments deferred, and some of its fields in deferred fragments. */
export function deferredOperation(graph: GraphUnderTest, seed: number): Operation {
  const { knownValues, mutations } = graph.options;
  const { schema } = graph.graph;
  const options = { schema, seed, knownValues, mutations, takesDirectives: () => false, introspection: seed % 7 === 0 };
  const plain = generateOperation(options);
  const deferring = new Deferring(new Random(seed ^ 0x5eed));
  const operation = deferring.run(plain);
  const errors = validate(schema, operation.document).filter(({ message }) => !message.startsWith('Maximum intro'));
  if (errors.length > 0) throw new Error(`Not a valid operation: ${errors.join('; ')}\n${operation.text}`);
  return operation;
}

class Deferring {
  readonly #random: Random;
  readonly #values: Record<string, boolean> = {};
  #labels = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  run({ document, variables }: Operation): Operation {
    const mutationRoots = new Set<unknown>();
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== OperationTypeNode.MUTATION)
        continue;
      // A fragment on the mutation type may be nested in others: no fragment of such an operation is deferred at all.
      mutationRoots.add(definition.selectionSet);
      for (const each of document.definitions)
        if (each.kind === Kind.FRAGMENT_DEFINITION) mutationRoots.add(each.selectionSet);
    }
    const deferred: DocumentNode = visit(document, {
      [Kind.SELECTION_SET]: {
        leave: (set, _key, _parent, _path, ancestors) => {
          const around = ancestors.at(-1);
          if (isIn(mutationRoots, around, ancestors)) return undefined;
          return { ...set, selections: set.selections.map((selection) => this.#selection(selection)) };
        },
      },
    });
    const definitions = deferred.definitions.map((node) =>
      node.kind === Kind.OPERATION_DEFINITION
        ? { ...node, variableDefinitions: [...(node.variableDefinitions ?? []), ...this.#definitions()] }
        : node,
    );
    return operationOf({ ...deferred, definitions }, { ...variables, ...this.#values });
  }

  #selection(selection: SelectionNode): SelectionNode {
    if (selection.kind === Kind.FIELD) {
      if (!this.#random.chance(0.25)) return selection;
      const selections = this.#random.chance(0.1) ? [selection, withoutLabels(selection)] : [selection];
      const fragment: InlineFragmentNode = {
        kind: Kind.INLINE_FRAGMENT,
        directives: [this.#directive()],
        selectionSet: { kind: Kind.SELECTION_SET, selections },
      };
      return fragment;
    }
    if (!this.#random.chance(0.4)) return selection;
    return { ...selection, directives: [...(selection.directives ?? []), this.#directive()] };
  }

  #directive(): DirectiveNode {
    const label = this.#random.chance(0.4)
      ? [
          {
            kind: Kind.ARGUMENT,
            name: name('label'),
            value: { kind: Kind.STRING, value: `l${this.#labels++}` },
          } as const,
        ]
      : [];
    return { kind: Kind.DIRECTIVE, name: name('defer'), arguments: [...label, ...this.#condition()] };
  }

  #condition() {
    if (this.#random.chance(0.7)) return [];
    const value = this.#random.chance(0.7);
    const argument = { kind: Kind.ARGUMENT, name: name('if') } as const;
    if (this.#random.chance(0.5)) return [{ ...argument, value: { kind: Kind.BOOLEAN, value } } as const];
    const variable = `defer${value ? 'Yes' : 'No'}`;
    this.#values[variable] = value;
    return [{ ...argument, value: { kind: Kind.VARIABLE, name: name(variable) } } as const];
  }

  #definitions(): VariableDefinitionNode[] {
    return Object.keys(this.#values).map((variable) => ({
      kind: Kind.VARIABLE_DEFINITION,
      variable: { kind: Kind.VARIABLE, name: name(variable) },
      type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: name('Boolean') } },
    }));
  }
}

/** Labels are unique in a document. */
function withoutLabels(selection: SelectionNode): SelectionNode {
  return visit(selection, { [Kind.ARGUMENT]: (argument) => (argument.name.value === 'label' ? null : undefined) });
}

/** Whether a selection set is, by way of fragments, that of a mutation's root. */
function isIn(roots: ReadonlySet<unknown>, around: unknown, ancestors: readonly unknown[]): boolean {
  if (roots.size === 0) return false;
  const nodes = [...ancestors, around].filter((node): node is { kind: string } => hasKind(node));
  return !nodes.some(({ kind }) => kind === Kind.FIELD);
}

function hasKind(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'kind' in node;
}

export interface InParts {
  parts: Part[];
  merged: Merged;
}

/** The response in parts, in one of the formats; null for an operation that is not executed. */
export async function runInParts(
  graph: GraphUnderTest,
  operation: Operation,
  spec: PartsSpec,
): Promise<InParts | null> {
  const document = graph.engine.documents.get(operation.text);
  if (document.errors) throw new Error(`The engine rejects the document: ${document.errors.join('; ')}`);
  const prepared = document.operation(operation.operationName) as PreparedOperation;
  const coerced = prepared.coerce(operation.variables);
  if ('errors' in coerced) return null;
  const nulls = prepared.nullFaults(coerced.values);
  if (nulls?.whole) return null;
  const deniedFields = nulls ? noDeniedFields.with(nulls.fields) : noDeniedFields;
  const plan = prepared.planFor(coerced.values, deniedFields, '', true);
  const scope = { requestId: 'defer', cancellation: new Cancellation(), calls: [] };
  const { values, given } = coerced;
  const executed = await graph.engine.execute(
    { operation: prepared, plan, coerced: values, given, deniedFields },
    scope,
  );
  const { later, response } = executed;
  if (!later) {
    const text = 'stringify' in response ? response.stringify() : JSON.stringify(response);
    const part = { ...parsePart(text), hasNext: false };
    return { parts: [part], merged: mergeByPaths([part]) };
  }
  const texts = [firstPartText(response, later.delivery, spec)];
  for await (const part of later) texts.push(laterPartText(part, later.delivery, spec));
  const parts = texts.map(parsePart);
  return { parts, merged: spec === 'v0.2' ? mergeByIds(parts) : mergeByPaths(parts) };
}

export interface DeferCounts {
  cases: number;
  /** Cases with more than one part. */
  inParts: number;
  failed: number;
}

/** The difference of a response in parts from that in one part; null where there is none. */
export async function checkDeferred(
  graph: GraphUnderTest,
  seed: number,
  operation: Operation,
  counts: DeferCounts,
): Promise<string | null> {
  const { reset } = graph.options;
  reset?.(seed, operation);
  const { result, faults, unsupported } = await graph.runEngine(operation);
  if (unsupported !== null || faults.length > 0) return null;
  counts.cases += 1;
  let hasParts = false;
  let hasFailed = false;
  for (const spec of ['v0.2', '20220824'] as const) {
    reset?.(seed, operation);
    let inParts: InParts | null;
    try {
      inParts = await runInParts(graph, operation, spec);
    } catch (error) {
      return `${spec}: ${error instanceof Error ? error.stack : error}`;
    }
    if (!inParts) return null;
    hasParts ||= inParts.parts.length > 1;
    hasFailed ||= inParts.merged.failed.length > 0;
    const { data, errors = [] } = JSON.parse(JSON.stringify(result));
    const difference = differenceOf(inParts.merged, bare(data ?? null), errors);
    if (difference)
      return `${spec}: ${difference}\nwhole: ${JSON.stringify(result)}\n${inParts.parts.map((part) => JSON.stringify(part)).join('\n')}`;
  }
  if (hasParts) counts.inParts += 1;
  if (hasFailed) counts.failed += 1;
  return null;
}

/**
 * A null that a fragment's own object bounds is one of an object above in the whole response; all else is the same.
 */
function differenceOf({ data, errors, failed }: Merged, whole: unknown, wholeErrors: PartError[]): string | null {
  const at = differs(data, whole, [], failed);
  if (at) return `data differs at ${at.join('.')}`;
  // A service may stop at its first error: it is another one where it gets two requests.
  if (data === null) return null;
  const misplaced = errorBesideData({ data, errors } as never);
  if (misplaced && failed.length === 0) return `an error's path leads to no null: ${misplaced}`;
  // One request more may name another field of the same null: the messages are the same.
  const merged = new Set(errors.flatMap((error) => [errorText(error), textOf(error)]));
  const expected = new Set(wholeErrors.map(textOf));
  const added = errors.filter((error) => !expected.has(textOf(error)) && !isBelowNull(whole, error.path ?? []));
  if (added.length > 0) return `errors that the whole response does not have:\n${added.map(errorText).join('\n')}`;
  // What is deferred below a null of another part is not part of the response.
  const missing = wholeErrors.filter((error) => !merged.has(textOf(error)) && !isBelowNull(data, error.path ?? []));
  return missing.length > 0 ? `errors that no part has:\n${missing.map(errorText).join('\n')}` : null;
}

function isBelowNull(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const key of path) {
    if (value === null || value === undefined) return true;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value === undefined;
}

function errorText(error: PartError): string {
  return `${error.path?.join('.')}: ${textOf(error)}`;
}

function textOf({ message, extensions }: PartError): string {
  return `${message} ${extensions?.code}`;
}

/** Whether the one path begins the other. */
function isRelated(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.every((key, at) => other[at] === key);
}

function differs(
  merged: unknown,
  whole: unknown,
  path: (string | number)[],
  failed: readonly (string | number)[][],
): (string | number)[] | null {
  if (whole === null && merged !== null) {
    return failed.some((each) => isRelated(path, each) || isRelated(each, path)) ? null : path;
  }
  if (Array.isArray(merged) && Array.isArray(whole)) {
    if (merged.length !== whole.length) return path;
    return firstOf(merged.map((item, index) => () => differs(item, whole[index], [...path, index], failed)));
  }
  if (typeof merged === 'object' && merged !== null && typeof whole === 'object' && whole !== null) {
    const keys = new Set([...Object.keys(merged), ...Object.keys(whole)]);
    return firstOf(
      [...keys].map((key) => () => {
        // All data of a fragment that has failed is left out.
        if (!(key in merged)) return failed.some((each) => isRelated(each, path)) ? null : [...path, key];
        if (!(key in whole)) return [...path, key];
        return differs(merged[key as never], whole[key as never], [...path, key], failed);
      }),
    );
  }
  return merged === whole ? null : path;
}

function firstOf(checks: (() => (string | number)[] | null)[]): (string | number)[] | null {
  for (const check of checks) {
    const found = check();
    if (found) return found;
  }
  return null;
}
