// Directives of the SDL of a gRPC service: the methods of root fields, and the names of protobuf.
import {
  type ASTNode,
  type ConstDirectiveNode,
  type DirectiveNode,
  type GraphQLEnumType,
  type GraphQLNamedType,
  Kind,
} from 'graphql';
import { declaredDirectives } from '../declared-directives.ts';

/** An element of a schema with the nodes of its SDL. */
interface Element {
  name: string;
  astNode?: (ASTNode & { directives?: readonly DirectiveNode[] | undefined }) | null | undefined;
}

export interface MethodDirective {
  service: string;
  method: string;
  /** Path of the value in the response message; null for the whole message. */
  field: string | null;
}

/** `@grpc` of a field; null without it. */
export function methodOf({ astNode }: Element): MethodDirective | null {
  const directive = astNode?.directives?.find(({ name }) => name.value === 'grpc');
  if (!directive) return null;
  const [service = '', method = '', field = null] = ['service', 'method', 'field'].map((name) => text(directive, name));
  return { service: service ?? '', method: method ?? '', field };
}

/** Path of `@grpcField`; null without it. */
export function pathOf({ astNode }: Element): string | null {
  const directive = astNode?.directives?.find(({ name }) => name.value === 'grpcField');
  return directive ? text(directive, 'path') : null;
}

/** Prefix of `@grpcEnum`; empty without it. */
export function prefixOf(type: GraphQLEnumType): string {
  const directive = declaredDirectives(type).find(({ name }) => name.value === 'grpcEnum');
  return (directive && text(directive, 'prefix')) ?? '';
}

/** Name of `@grpcMessage`; null without it. */
export function messageNameOf(type: GraphQLNamedType): string | null {
  const directive = declaredDirectives(type).find(({ name }) => name.value === 'grpcMessage');
  return directive ? text(directive, 'name') : null;
}

function text({ arguments: args = [] }: DirectiveNode | ConstDirectiveNode, name: string): string | null {
  const value = args.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}
