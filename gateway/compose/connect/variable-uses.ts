// Uses of variables in a connector's texts: which are available where, what they are, and what the connector needs.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
} from 'graphql';
import { nearOrKnown } from '../../did-you-mean.ts';
import type { Step } from '../../transport/rest/mapping/syntax.ts';
import { type Shape, type ShapeContext, scalar, unknown } from './shape.ts';

/** Where a connector is. */
export interface ConnectorPlace {
  service: string;
  type: GraphQLObjectType;
  /** Null for a connector on the type. */
  field: GraphQLField<unknown, unknown> | null;
  isRoot: boolean;
}

export interface VariableSettings {
  /** Values of `$config`. */
  config: Readonly<Record<string, unknown>>;
  /** Names of header fields that the service gets of clients' requests, in lower case. */
  forwarded: ReadonlySet<string>;
}

/** What one connector uses. */
export class VariableUses {
  /** Fields of `$this` and of `$batch`. */
  readonly needs = new Set<string>();
  readonly batch = new Set<string>();
  readsHeaders = false;
  readonly #place: ConnectorPlace;
  readonly #settings: VariableSettings;

  constructor(place: ConnectorPlace, settings: VariableSettings) {
    this.#place = place;
    this.#settings = settings;
  }

  /** The context for one text. @param isResponse whether it is applied to a response. */
  context(isResponse: boolean, problem: ShapeContext['problem']): ShapeContext {
    return {
      problem,
      variable: (name, steps, offset) => {
        const properties = steps.slice(0, methodIndex(steps)).flatMap((step) => (step.kind === 'property' ? step : []));
        const fail = (message: string): Shape => {
          problem(message, offset);
          return unknown;
        };
        const names = properties.map((step) => step.name);
        switch (name) {
          case 'args':
            return this.#args(names, fail);
          case 'this':
            return this.#this(names, fail);
          case 'batch':
            return this.#batch(names, fail);
          case 'config':
            return this.#config(names, fail);
          case 'request':
            return this.#request(names, fail);
          case 'status':
          case 'response':
            if (!isResponse)
              return fail(`$${name} is known after the response: use it in selection, errors and isSuccess`);
            if (name === 'response') this.readsHeaders = true;
            return name === 'status' ? scalar : unknown;
          default:
            return fail(unknownVariable(name));
        }
      },
    };
  }

  #args([name, ...rest]: string[], fail: (message: string) => Shape): Shape {
    const { field } = this.#place;
    if (!field) return fail('$args is known on fields: use $this or $batch on a type');
    if (name === undefined) return unknown;
    const argument = field.args.find((one) => one.name === name);
    const coordinate = `${this.#place.type}.${field.name}`;
    if (!argument) {
      return fail(
        `${coordinate} has no argument ${name}${nearOrKnown(
          name,
          field.args.map((one) => one.name),
        )}`,
      );
    }
    return inputShape(argument, rest, fail);
  }

  #this([name]: string[], fail: (message: string) => Shape): Shape {
    const { isRoot, type } = this.#place;
    if (isRoot) return fail(`$this is known below the root: use $args on ${type}`);
    const field = this.#fieldOf(name, '$this', fail);
    if (!field) return unknown;
    this.needs.add(field.name);
    return scalar;
  }

  #batch([name]: string[], fail: (message: string) => Shape): Shape {
    if (this.#place.field) return fail('$batch is known in @connect on a type: use $args or $this here');
    const field = this.#fieldOf(name, '$batch', fail);
    if (!field) return unknown;
    this.batch.add(field.name);
    return { kind: 'list', item: scalar };
  }

  /** A leaf field of the type, without arguments: its value is known before the request. */
  #fieldOf(name: string | undefined, variable: string, fail: (message: string) => Shape) {
    const { type } = this.#place;
    const fields = type.getFields();
    if (name === undefined) {
      fail(`name the field, as in ${variable}.id`);
      return undefined;
    }
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) {
      fail(`${type} has no field ${name}${nearOrKnown(name, Object.keys(fields))}`);
      return undefined;
    }
    let named = getNullableType(field.type);
    while (isListType(named)) named = getNullableType(named.ofType);
    if (isLeafType(named) && field.args.length === 0) return field;
    fail(`${variable}.${name} is ${field.type}: use a field of a scalar or enum type, without arguments`);
    return undefined;
  }

  #config([name]: string[], fail: (message: string) => Shape): Shape {
    const { service } = this.#place;
    const { config } = this.#settings;
    if (name === undefined) return fail('name the value, as in $config.key');
    if (Object.hasOwn(config, name)) return unknown;
    return fail(`$config.${name} has no value: set subgraphs.${service}.connect.config.${name}`);
  }

  #request([headers, name]: string[], fail: (message: string) => Shape): Shape {
    this.readsHeaders = true;
    if (headers !== 'headers' || name === undefined) return fail('$request has headers alone: $request.headers.name');
    const problem = this.headerProblem(name);
    return problem === undefined ? unknown : fail(problem);
  }

  /** The reason for which a header field of the client's request cannot be read; undefined where it can. */
  headerProblem(name: string): string | undefined {
    if (this.#settings.forwarded.has(name.toLowerCase())) return undefined;
    const { service } = this.#place;
    return `the header ${name} is not forwarded to ${service}: add it to subgraphs.${service}.forward.headers`;
  }
}

function methodIndex(steps: readonly Step[]): number {
  const index = steps.findIndex((step) => step.kind === 'method');
  return index === -1 ? steps.length : index;
}

function unknownVariable(name: string): string {
  if (name === 'env') return '$env is not supported: use $config, with env() in the configuration';
  if (name === 'context') return '$context is not supported: forward a claim as a header, and use $request.headers';
  const known = ['args', 'this', 'batch', 'config', 'request', 'response', 'status'];
  return `there is no variable $${name}${nearOrKnown(name, known)}`;
}

function inputShape({ type }: GraphQLArgument, path: readonly string[], fail: (message: string) => Shape): Shape {
  let at: GraphQLInputType = getNullableType(type);
  let isList = false;
  for (const name of path) {
    while (isListType(at)) {
      isList = true;
      at = getNullableType(at.ofType);
    }
    if (!isInputObjectType(at)) return fail(`${at} has no field ${name}`);
    const fields = at.getFields();
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) return fail(`${at} has no field ${name}${nearOrKnown(name, Object.keys(fields))}`);
    at = getNullableType(field.type);
  }
  const shape = isListType(at) || isInputObjectType(at) || !isLeafType(at) ? unknown : scalar;
  if (isListType(at)) return { kind: 'list', item: unknown };
  return isList ? { kind: 'list', item: shape } : isLeafType(at) ? scalar : unknown;
}
