// Enums of the schema beside those of protobuf: the values' names in both.
import type { GraphQLEnumType } from 'graphql';
import type { DescEnum } from '../../transport/grpc/descriptors.ts';
import { memberCoordinate } from '../schema-elements.ts';
import type { BindingProblems } from './binding-problems.ts';
import { prefixOf } from './grpc-directives.ts';

export class EnumNames {
  readonly #type: GraphQLEnumType;
  readonly #desc: DescEnum;
  /** By the schema's name, the name in JSON. */
  readonly toMessage: ReadonlyMap<unknown, string>;
  /** By the name in JSON, the schema's name; null for the zero value where the schema does not have it. */
  readonly toSchema: ReadonlyMap<unknown, string | null>;

  /** Values of the schema that several of protobuf would be. */
  readonly #ambiguous: string[] = [];

  constructor(type: GraphQLEnumType, desc: DescEnum) {
    this.#type = type;
    this.#desc = desc;
    const prefix = prefixOf(type);
    const toMessage = new Map<string, string>();
    const toSchema = new Map<string, string | null>();
    for (const { name, jsonName, number } of desc.values) {
      const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
      const own = [short, name].find((one) => type.getValue(one));
      // Further names of a number are not in responses.
      if (own !== undefined && desc.value[number]?.name !== name) continue;
      if (own !== undefined && toMessage.has(own)) this.#ambiguous.push(own);
      if (own !== undefined) toMessage.set(own, jsonName);
      if (own !== undefined || number === 0) toSchema.set(jsonName, own ?? null);
    }
    this.toMessage = toMessage;
    this.toSchema = toSchema;
  }

  /** Values that protobuf lacks. */
  checkValues(problems: BindingProblems): void {
    for (const name of this.#ambiguous) {
      const problem = `stands for several values of ${this.#desc.typeName}, with the prefix and without: declare those`;
      problems.add(memberCoordinate(this.#type.name, name), problem);
    }
    for (const { name } of this.#type.getValues()) {
      if (this.toMessage.has(name)) continue;
      const remedy = 'name the prefix of its values by @grpcEnum(prefix: "…"), or remove it';
      problems.add(memberCoordinate(this.#type.name, name), `has no value in ${this.#desc.typeName}: ${remedy}`);
    }
  }

  /** Values that the schema lacks: they would be errors in responses. */
  checkOutput(problems: BindingProblems): void {
    const missing = this.#desc.values
      // The first name of a number: others are never in responses.
      .filter((value) => this.#desc.value[value.number] === value && !this.toSchema.has(value.jsonName))
      .map(({ name }) => name);
    if (missing.length === 0 || this.toMessage.size === 0) return;
    problems.add(this.#type.name, `lacks ${missing.join(', ')} of ${this.#desc.typeName}: add them`);
  }
}
