// Binding of a gRPC service: for each root field of its SDL the method that it calls, the request message that its
// arguments make, and the shape of the value in the response message. Composition makes it from the descriptors.
import type { GraphQLSchema } from 'graphql';
import { errorExtensions } from '../../errors.ts';
import type { TranslatedError } from '../translate/translated-response.ts';
import type { ValueShape } from '../translate/value-shape.ts';

export interface MethodBinding {
  /** Path of the HTTP request, `/shop.payments.v1.Payments/GetPayments`, which is its name in logs as well. */
  path: string;
  /**
   * The request message, serialized.
   * @throws UnsuitableArguments for values that the message cannot have.
   */
  encode(args: Readonly<Record<string, unknown>>): Buffer;
  /**
   * The field's value, by the JSON mapping of protobuf.
   * @throws Error for bytes that are not the response message.
   */
  decode(bytes: Uint8Array): unknown;
  shape: ValueShape;
  /** Whether the field is a list: a method that finds nothing has found an empty one. */
  isList: boolean;
  isNonNull: boolean;
}

export interface ServiceBinding {
  /** With the names that requests to the service have. */
  schema: GraphQLSchema;
  /** By type and name of the root field: `Query.payments`. */
  methods: ReadonlyMap<string, MethodBinding>;
}

/** Arguments that have no form in the request message. */
export class UnsuitableArguments extends Error {
  override readonly name = 'UnsuitableArguments';
}

/** The request message; null for arguments that have no form in it. */
export function encodeArguments(method: MethodBinding, args: Readonly<Record<string, unknown>>): Buffer | null {
  try {
    return method.encode(args);
  } catch (error) {
    if (error instanceof UnsuitableArguments) return null;
    throw error;
  }
}

/** The error of such a field: messages of protobuf have names and values of the service. */
export function unsuitableArguments(field: string): TranslatedError {
  const message = `The arguments of ${field} have a value that the service cannot take.`;
  return { message, extensions: errorExtensions('BAD_USER_INPUT') };
}
