// Validation of lookup fields: each needs a key, and arguments that the key fills with values of their types. An
// invalid one would fail, or return wrong entities, in every entity fetch, so composition fails instead.
import type { MergedTypeConfig, MergedTypeEntryPoint, SubschemaConfig } from '@graphql-tools/delegate';
import { parseSelectionSet } from '@graphql-tools/utils';
import {
  coerceInputValue,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql';
import { keyObjectOf } from '../json/key-object.ts';
import { isInherited, ownProperties } from '../json/own-properties.ts';
import { allInputsOf } from './computed-inputs.ts';
import { mergeArguments } from './declared-directives.ts';
import { sampleObject } from './lookup-samples.ts';
import { memberCoordinate } from './schema-elements.ts';
import { findUnusedLookups } from './unused-lookups.ts';

/**
 * One message for each invalid lookup field; none if all are valid.
 * @param subschema one source, with the merging of its types.
 * @param graph the stitched schema, for the types of keys.
 */
export function findLookupProblems(subschema: SubschemaConfig, graph: GraphQLSchema): string[] {
  const { name = 'subgraph', schema, merge = {} } = subschema;
  const problems = findUnusedLookups(name, schema, merge);
  for (const [typeName, config] of Object.entries(merge)) {
    const checks = (config.entryPoints ?? [config])
      // An `@key` on a type, without a field, is no lookup field.
      .filter((entryPoint) => entryPoint.fieldName !== undefined && !entryPoint.resolve)
      .map((each) => new LookupCheck(name, schema, graph, typeName, each, keyOf(each, config)));
    const found = checks.flatMap((check) => check.run());
    problems.push(...found);
    if (found.length === 0) problems.push(...lostInputs(checks, config));
  }
  return [...new Set(problems)];
}

/** What the arguments are made from: the key, or the inputs of computed fields where the type has no key. */
function keyOf({ selectionSet }: MergedTypeEntryPoint, config: MergedTypeConfig): SelectionSetNode | null {
  return selectionSet ? parseSelectionSet(selectionSet, { noLocation: true }) : allInputsOf(config);
}

/** A problem where no lookup field takes what the computed fields of the type need. */
function lostInputs(checks: readonly LookupCheck[], config: MergedTypeConfig): string[] {
  const inputs = allInputsOf(config);
  const [first] = checks;
  if (!first || !inputs || inputs.selections.some(({ kind }) => kind !== Kind.FIELD)) return [];
  return checks.every((check) => check.ignores(inputs)) ? [first.inputProblem(inputs)] : [];
}

class LookupCheck {
  readonly #source: string;
  readonly #schema: GraphQLSchema;
  readonly #graph: GraphQLSchema;
  readonly #type: string;
  readonly #entryPoint: MergedTypeEntryPoint;
  readonly #key: SelectionSetNode | null;
  readonly #coordinate: string;

  constructor(
    source: string,
    schema: GraphQLSchema,
    graph: GraphQLSchema,
    type: string,
    entryPoint: MergedTypeEntryPoint,
    key: SelectionSetNode | null,
  ) {
    this.#key = key;
    this.#source = source;
    this.#schema = schema;
    this.#graph = graph;
    this.#type = type;
    this.#entryPoint = entryPoint;
    this.#coordinate = memberCoordinate(schema.getQueryType()?.name ?? 'Query', entryPoint.fieldName ?? '');
  }

  run(): string[] {
    const field = this.#schema.getQueryType()?.getFields()[this.#entryPoint.fieldName ?? ''];
    if (!field) return [];
    const key = this.#key;
    if (!key) {
      return [
        this.#problem(
          `has no key for ${this.#type}; add keyField to @merge, or @key(selectionSet: "{ id }") to type ${this.#type}`,
        ),
      ];
    }
    const unknown = this.#unknownFields(key, this.#type);
    if (unknown.length > 0) {
      const hint = this.#wrapHint(key);
      return unknown.map((coordinate) => this.#problem(`has a key with ${coordinate}, which no service has${hint}`));
    }
    const args = this.#argumentsFor(key);
    if (typeof args === 'string') return [this.#problem(args)];
    const lost = this.#droppedPicks(field, args);
    if (lost.length > 0) {
      return lost.map((name) =>
        this.#problem(
          `cannot pick "${name}" by key; write argsExpr: "${field.args[0]?.name}: [[{ ${name}: $key.${name} }]]" ` +
            'in its place',
        ),
      );
    }
    return this.#argumentProblems(field, args);
  }

  /** Whether the arguments are the same without these fields. */
  ignores(inputs: SelectionSetNode): boolean {
    if (!this.#key || !this.#entryPoint.selectionSet) return false;
    const inKey = new Set(this.#key.selections.map((selection) => print(selection)));
    const more = inputs.selections.filter((selection) => !inKey.has(print(selection)));
    if (more.length === 0) return false;
    const whole = { ...this.#key, selections: [...this.#key.selections, ...more] };
    return JSON.stringify(this.#argumentsFor(whole)) === JSON.stringify(this.#argumentsFor(this.#key));
  }

  inputProblem(inputs: SelectionSetNode): string {
    const needed = print(inputs).replace(/\s+/g, ' ');
    return this.#problem(
      `does not take ${needed}, which fields of ${this.#type} are computed from; take it in the input of the keys, ` +
        `with @key(selectionSet: "${this.#keyText()}") on type ${this.#type} in place of keyField`,
    );
  }

  #problem(what: string): string {
    return `${this.#source}: ${this.#coordinate} ${what}`;
  }

  /** A hint for lookup fields whose return type wraps the entities in one of its fields. */
  #wrapHint(key: SelectionSetNode): string {
    const type = this.#graph.getType(this.#type);
    if (!isObjectType(type)) return '';
    const wrapped = Object.values(type.getFields())
      .map((field) => getNamedType(field.type))
      .find((inner) => isObjectType(inner) && this.#unknownFields(key, inner.name).length === 0);
    return wrapped ? `; a lookup field returns ${wrapped.name} or a list of it, without a wrapper` : '';
  }

  /** The key on one line. */
  #keyText(): string {
    return this.#key ? print(this.#key).replace(/\s+/g, ' ') : '';
  }

  #unknownFields(key: SelectionSetNode, typeName: string): string[] {
    const type = this.#graph.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return key.selections.flatMap((selection) => {
      if (selection.kind !== Kind.FIELD || selection.name.value === '__typename') return [];
      const field = type.getFields()[selection.name.value];
      if (!field) return [memberCoordinate(typeName, selection.name.value)];
      return selection.selectionSet ? this.#unknownFields(selection.selectionSet, getNamedType(field.type).name) : [];
    });
  }

  /** The arguments for an example object; a text describes why they cannot be made. */
  #argumentsFor(key: SelectionSetNode): Record<string, unknown> | string {
    const { argsFromKeys, args, key: toKey } = this.#entryPoint;
    const sample = Object.assign(keyObjectOf(this.#type), sampleObject(this.#graph, key, this.#type));
    try {
      const values = argsFromKeys ? argsFromKeys([toKey ? toKey(sample) : sample]) : (args?.(sample) ?? {});
      return ownProperties(values);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      return `cannot make its arguments from the key ${this.#keyText()} (${reason})`;
    }
  }

  /** Names in `key` that the stitching directives drop, because every JavaScript object has a member of the name. */
  #droppedPicks(field: GraphQLField<unknown, unknown>, args: Record<string, unknown>): string[] {
    const { key: picks, keyArg } = mergeArguments(this.#schema, field) ?? {};
    if (!Array.isArray(picks)) return [];
    const path = typeof keyArg === 'string' ? keyArg.split('.') : [field.args[0]?.name ?? ''];
    const first = path.reduce(propertyOf, args);
    const key = Array.isArray(first) ? first[0] : first;
    return picks.flatMap((pick: string) => {
      const [names = ''] = pick.split(':');
      return names.split('.').reduce(propertyOf, key) === undefined ? names.split('.').filter(isInherited) : [];
    });
  }

  #argumentProblems(field: GraphQLField<unknown, unknown>, args: Record<string, unknown>): string[] {
    const unknown = Object.keys(args).filter((name) => !field.args.some((argument) => argument.name === name));
    if (unknown.length > 0) {
      return unknown.map((name) => this.#problem(`has no argument "${name}", which @merge gives it`));
    }
    const problems: string[] = [];
    for (const argument of field.args) {
      if (!(argument.name in args)) {
        if (!isRequiredArgument(argument)) continue;
        problems.push(
          this.#problem(
            `requires "${argument.name}", which the key does not fill; make it optional, or add ` +
              `additionalArgs: "${argument.name}: …" to @merge`,
          ),
        );
        continue;
      }
      coerceInputValue(ownProperties(withoutTypename(args[argument.name])), argument.type, (path, _value, error) => {
        const at = path.length > 0 ? ` at ${path.join('.')}` : '';
        problems.push(
          this.#problem(
            `cannot take the key ${this.#keyText()} of ${this.#type} as ${argument.name}: ` +
              `${argument.type}${at} (${error.message})`,
          ),
        );
      });
    }
    return problems;
  }
}

function propertyOf(value: unknown, name: string): unknown {
  return Object.hasOwn(Object(value), name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** Keys may contain `__typename`; it is removed for input types that lack it. */
function withoutTypename(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTypename);
  if (typeof value !== 'object' || value === null) return value;
  const without = keyObjectOf();
  for (const [name, each] of Object.entries(value)) if (name !== '__typename') without[name] = withoutTypename(each);
  return without;
}
