// WebSocket protocol: graphql-transport-ws, as graphql-ws implements it, between the gateway's connections and their
// messages.
import { type ExecutionArgs, type GraphQLError, parse } from 'graphql';
import { makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { type Closing, closing, closings } from '../errors.ts';
import { JsonTooDeep, parseClientJson } from '../json/parse-json.ts';
import { decodeUtf8 } from '../json/utf8.ts';
import { RejectedMessage, visibleError, visibleResult, type WebSocketOperation } from './websocket-operation.ts';

/** The part of a connection that the protocol calls. */
export interface ProtocolConnection {
  /** Authenticates the connection by the payload of its `connection_init`. False where it is rejected. */
  admit(connectionParams: unknown): Promise<boolean>;
  /** Begins an operation; the errors of one that is rejected. */
  begin(id: string, payload: SubscribePayload): ExecutionArgs | readonly GraphQLError[];
}

export type Protocol = Server<ProtocolConnection>;

/** Placeholder document for the library; the operation itself is parsed once it has been admitted. */
export const anyOperation = parse('{ __typename }');

/**
 * The protocol, shared by all connections.
 * @param initTimeout milliseconds within which a client must send `connection_init`.
 */
export function createProtocol(initTimeout: number): Protocol {
  return makeServer<Record<string, unknown>, ProtocolConnection>({
    connectionInitWaitTimeout: initTimeout,
    onConnect: ({ extra, connectionParams }) => extra.admit(connectionParams),
    onSubscribe: ({ extra }, id, payload) => extra.begin(id, payload),
    execute: ({ contextValue }) => contextValue as WebSocketOperation,
    onNext: (_context, _id, _payload, _args, result) => visibleResult(result),
    onError: (_context, _id, _payload, errors) => {
      const original = errors[0]?.originalError;
      return (original instanceof RejectedMessage ? original.errors : errors).map(visibleError);
    },
  });
}

/**
 * Reads a message, with the text of its numbers preserved; one that is not JSON stays text, which the library rejects.
 * @returns the closing of the connection for a message that no parser may read.
 */
export function readMessage(data: Buffer): { message: unknown } | { closing: Closing } {
  const text = decodeUtf8(data);
  // The library validates text frames itself; this rejects binary frames, which the protocol does not have.
  if (text === null) return { closing: closings.notUtf8 };
  try {
    return { message: parseClientJson(text) };
  } catch (error) {
    if (error instanceof JsonTooDeep) return { closing: closing('BAD_REQUEST', 'the message is nested too deeply') };
    if (error instanceof SyntaxError) return { message: text };
    throw error;
  }
}
