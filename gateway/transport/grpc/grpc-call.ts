// Unary call on a channel of grpc-js. Below its client, whose interceptors and stack traces took a sixth of the time of a call.
import type { Metadata } from '@grpc/grpc-js';
import type { GrpcChannel } from './grpc-channels.ts';
import { CANCELLED, type CallStatus, OK, UNIMPLEMENTED } from './grpc-status.ts';

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

/** What grpc-js makes of messages, which are read and written elsewhere. */
export const unchanged = (bytes: Buffer): Buffer => bytes;

/** A response with several messages, which is none of a unary method; as grpc-js reports other invalid responses. */
const tooMany: CallStatus = { code: 13, details: 'Response message parsing error: several messages' };

/** Sends a call; `end` is called once, in a later turn, also where it is cancelled. @returns cancels it. */
export function sendUnary({ client }: GrpcChannel, request: UnaryRequest, end: CallEnd): () => void {
  const { path, message, metadata, timeout, onMetadata } = request;
  let received: Buffer | null = null;
  let hasSeveral = false;
  const call = client.getChannel().createCall(path, Date.now() + timeout, null, null, null);
  call.start(metadata, {
    onReceiveMetadata: (head) => onMetadata?.(head),
    onReceiveMessage: (bytes: Buffer) => {
      hasSeveral = received !== null;
      received = bytes;
    },
    onReceiveStatus: (status) => {
      if (status.code !== OK) end(status, null);
      else if (hasSeveral) end(tooMany, null);
      else if (received === null) end({ code: UNIMPLEMENTED, details: 'No message received' }, null);
      else end(null, received);
    },
  });
  call.sendMessageWithContext({}, message);
  call.halfClose();
  call.startRead();
  return () => call.cancelWithStatus(CANCELLED, 'Cancelled by the gateway');
}
