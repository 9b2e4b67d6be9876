// Unary call of a method for one root field: from the message of its arguments to its value, or the error in its place.
import type { ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import type { GrpcChannel } from './grpc-channels.ts';
import type { CallStatus } from './grpc-status.ts';

/** The end of a call: the response message, or a status that is not OK. */
export type CallEnd = (status: CallStatus | null, message: Buffer | null) => void;

export interface UnaryRequest {
  path: string;
  message: Buffer;
  metadata: Metadata;
  /** Milliseconds. */
  timeout: number;
  /** Called with the metadata of the response, before its end. */
  onMetadata: ((metadata: Metadata) => void) | null;
}

export const unchanged = (bytes: Buffer): Buffer => bytes;

/** Sends a call; `end` is called once, also where it is cancelled. @returns what cancels it. */
export function sendUnary(
  { client }: GrpcChannel,
  request: UnaryRequest,
  end: CallEnd,
): Pick<ClientUnaryCall, 'cancel'> {
  const { path, message, metadata, timeout, onMetadata } = request;
  const call = client.makeUnaryRequest(
    path,
    unchanged,
    unchanged,
    message,
    metadata,
    { deadline: Date.now() + timeout },
    (error: ServiceError | null, response?: Buffer) => {
      if (error) end({ code: error.code, details: error.details }, null);
      else end(null, response ?? Buffer.alloc(0));
    },
  );
  if (onMetadata) call.on('metadata', onMetadata);
  return call;
}
