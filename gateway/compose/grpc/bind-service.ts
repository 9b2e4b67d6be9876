// Binding of a gRPC service's SDL to its descriptors: every root field calls a method, and every type has its message.
// What the messages lack fails composition, with the place in the SDL.
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
} from 'graphql';
import { nearOrKnown } from '../../did-you-mean.ts';
import type { DescMethod, FileRegistry } from '../../transport/grpc/descriptors.ts';
import { hasUnreadable, messageJson, Unreadable } from '../../transport/grpc/message-json.ts';
import { pathReader } from '../../transport/grpc/message-shape.ts';
import { protobuf } from '../../transport/grpc/packages.ts';
import { type MethodBinding, type ServiceBinding, UnsuitableArguments } from '../../transport/grpc/service-binding.ts';
import { JsonShape } from '../../transport/translate/value-shape.ts';
import { memberCoordinate } from '../schema-elements.ts';
import { buildSchemaOf, parseSource, readSource } from '../sdl.ts';
import { appliedDirectives } from '../sdl-problems.ts';
import { BindingProblems } from './binding-problems.ts';
import { type MethodDirective, methodOf } from './grpc-directives.ts';
import { InputBinding } from './input-binding.ts';
import { OutputBinding } from './output-binding.ts';

type Field = GraphQLField<unknown, unknown>;

/**
 * @param source name of the subgraph.
 * @throws ComposeError with all problems.
 */
export function bindService(sdl: string, source: string, registry: FileRegistry): ServiceBinding {
  const schema = buildSchemaOf(readSource(sdl, source).document, source);
  const problems = new BindingProblems(source);
  const binder = new ServiceBinder(schema, registry, problems);
  const methods = binder.bind();
  problems.check(sdl);
  return { schema, methods };
}

/** Whether an SDL has `@grpc`, and no definition of its own for it. */
export function callsMethods(sdl: string, source: string): boolean {
  const document = parseSource(sdl, source);
  const isOwn = document.definitions.some(
    (node) => node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === 'grpc',
  );
  return !isOwn && appliedDirectives(document).some(({ directive }) => directive.name.value === 'grpc');
}

class ServiceBinder {
  readonly #schema: GraphQLSchema;
  readonly #registry: FileRegistry;
  readonly #problems: BindingProblems;
  readonly #output: OutputBinding;
  readonly #input: InputBinding;

  constructor(schema: GraphQLSchema, registry: FileRegistry, problems: BindingProblems) {
    this.#schema = schema;
    this.#registry = registry;
    this.#problems = problems;
    this.#output = new OutputBinding(schema, registry, problems);
    this.#input = new InputBinding(problems);
  }

  bind(): Map<string, MethodBinding> {
    const { methods, roots } = { methods: new Map<string, MethodBinding>(), roots: this.#roots() };
    for (const type of roots) {
      for (const field of Object.values(type.getFields())) {
        const coordinate = memberCoordinate(type.name, field.name);
        const binding = this.#root(type, field, coordinate);
        if (binding) methods.set(coordinate, binding);
      }
    }
    for (const type of Object.values(this.#schema.getTypeMap())) {
      if (!isObjectType(type) || roots.includes(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (methodOf(field))
          this.#problems.add(
            memberCoordinate(type.name, field.name),
            'has @grpc, which is for fields of Query, Mutation and Subscription',
          );
      }
    }
    return methods;
  }

  #roots(): GraphQLObjectType[] {
    const { getQueryType: query, getMutationType: mutation, getSubscriptionType: subscription } = this.#schema;
    return [query, mutation, subscription].flatMap((rootOf) => rootOf.call(this.#schema) ?? []);
  }

  #root(type: GraphQLObjectType, field: Field, coordinate: string): MethodBinding | null {
    const directive = methodOf(field);
    if (!directive) {
      this.#problems.add(coordinate, 'calls no method: add @grpc(service: "…", method: "…")');
      return null;
    }
    const method = this.#method(directive, coordinate);
    if (!method) return null;
    this.#checkStreaming(method, type === this.#schema.getSubscriptionType(), coordinate);
    const write = this.#input.bindArguments(field.args, method.input, coordinate);
    const path = directive.field ?? '.';
    const { names, convert, shape } = this.#output.bind(field.type, method.output, path, coordinate);
    const read = pathReader(names);
    const { input, output } = method;
    const { fromBinary, fromJson, toBinary } = protobuf();
    const registry = this.#registry;
    const bare = isNonNullType(field.type) ? field.type.ofType : field.type;
    return {
      path: `/${method.parent.typeName}/${method.name}`,
      encode: (args) => {
        const json = {};
        write(args, json);
        let message: ReturnType<typeof fromJson>;
        try {
          message = fromJson(input, json, { registry });
        } catch (error) {
          throw new UnsuitableArguments(error instanceof Error ? error.message : String(error));
        }
        const { buffer, byteOffset, byteLength } = toBinary(input, message);
        return Buffer.from(buffer, byteOffset, byteLength);
      },
      decode: (bytes) => {
        const value = read(messageJson(output, fromBinary(output, bytes), registry) as object, noErrors) ?? null;
        if (hasUnreadable(value) && (shape instanceof JsonShape || value instanceof Unreadable)) {
          throw new Error('it has values without a form in JSON, such as a google.protobuf.Any of an unknown type');
        }
        return value === null || !convert ? value : convert(value);
      },
      shape,
      isList: isListType(bare),
      isNonNull: isNonNullType(field.type),
    };
  }

  #method({ service, method }: MethodDirective, coordinate: string): DescMethod | null {
    const found = this.#registry.getService(service);
    if (!found) {
      const known = [...this.#registry].flatMap((one) => (one.kind === 'service' ? [one.typeName] : []));
      this.#problems.add(
        coordinate,
        `has the service "${service}", which the descriptors do not have${nearOrKnown(service, known)}`,
      );
      return null;
    }
    const known = found.methods.find(({ name }) => name === method);
    if (!known) {
      const names = found.methods.map(({ name }) => name);
      this.#problems.add(
        coordinate,
        `has the method "${method}", which ${service} does not have${nearOrKnown(method, names)}`,
      );
    }
    return known ?? null;
  }

  #checkStreaming({ methodKind, name }: DescMethod, isSubscription: boolean, coordinate: string): void {
    if (methodKind === (isSubscription ? 'server_streaming' : 'unary')) return;
    const kind = methodKind.replace('_', ' ');
    const remedy =
      methodKind === 'unary'
        ? 'declare it in Query or Mutation'
        : methodKind === 'server_streaming'
          ? 'declare it in Subscription'
          : 'the gateway has no operation for it: remove this';
    this.#problems.add(coordinate, `calls ${name}, a method of kind ${kind}: ${remedy}`);
  }
}

/** Paths in messages are read without errors. */
const noErrors = { fail: () => null };
