// Document stage: finds the document of a request, from its text or its id, and the operation in it.
import { GraphQLError } from 'graphql';
import type { DocumentStore } from '../engine/document-store.ts';
import type { PreparedDocument } from '../engine/prepared-document.ts';
import { PreparedOperation } from '../engine/prepared-operation.ts';
import { errorExtensions, operationError } from '../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import {
  type DocumentParameters,
  type DocumentSettings,
  requestDocument,
} from '../persisted-documents/request-document.ts';
import { networkOf } from '../policy/client-address.ts';
import { Rejection } from '../policy/rejection.ts';
import type { RequestContext } from './request-context.ts';
import { follow, type OperationRequest, type Stage } from './stages.ts';

export interface FoundDocument {
  document: PreparedDocument;
  text: string;
  /** Name of the operation of a trusted document. */
  name: string | undefined;
}

export interface DocumentStageOptions {
  /** Parsed and validated documents. */
  store: DocumentStore;
  /** Documents that may be executed. */
  settings: DocumentSettings;
  /** Prepares a new document, as soon as there is time for it. */
  prepare(context: RequestContext, make: () => PreparedDocument): Stage<PreparedDocument>;
}

export class DocumentStage {
  readonly #options: DocumentStageOptions;

  constructor(options: DocumentStageOptions) {
    this.#options = options;
  }

  /** The document, parsed and validated; a rejection where the request may not execute it. */
  findDocument(parameters: DocumentParameters, context: RequestContext): Stage<FoundDocument> {
    const found = asRejection(requestDocument(parameters, this.#options.settings));
    return follow(found, ({ text, name, registersAs: hash }) =>
      follow(this.#documentOf(text, context), (document) => {
        // Only valid documents are stored: others would take the room of those that are executed.
        if (hash !== undefined && !document.errors) this.#register(hash, text, context);
        return { document, text, name };
      }),
    );
  }

  #register(hash: string, text: string, { identity, address }: RequestContext): void {
    this.#options.settings.automatic?.set(hash, text, identity?.key ?? networkOf(address));
  }

  #documentOf(text: string, context: RequestContext): Stage<PreparedDocument> {
    const { store, prepare } = this.#options;
    return store.known(text) ?? prepare(context, () => store.get(text));
  }

  /** The operation to execute; a rejection where there is none that the transport supports. */
  findOperation(
    { document, operationName, kinds }: OperationRequest,
    context: RequestContext,
  ): Stage<PreparedOperation> {
    if (document instanceof PreparedOperation) return document;
    return follow(this.findDocument(document, context), (found) => {
      const { errors } = found.document;
      if (errors) return invalid(found.document);
      const operation = found.document.operation(operationName ?? found.name);
      if (!operation)
        return rejectedDocument('OPERATION_RESOLUTION_FAILURE', 'Could not determine what operation to execute.');
      const kind = operation.operation.operation;
      if (!kinds.includes(kind)) return rejectedDocument('BAD_REQUEST', `A ${kind} cannot be executed here.`);
      return operation;
    });
  }
}

function asRejection<Value>(found: MaybePromise<Value | GraphQLError>): Stage<Value> {
  return handleMaybePromise(
    () => found,
    (value) =>
      value instanceof GraphQLError
        ? new Rejection([value], { part: 'document', ...(!value.extensions.http && { status: 400 }) })
        : value,
  );
}

/** Copies the cached errors of a document: each response may add to its own. */
export function invalid({ document, errors }: PreparedDocument): Rejection {
  const coded = errorExtensions(document ? 'GRAPHQL_VALIDATION_FAILED' : 'GRAPHQL_PARSE_FAILED');
  const copies = (errors ?? []).map(
    ({ message, nodes, source, positions, extensions }) =>
      new GraphQLError(message, { nodes, source, positions, extensions: { ...coded, ...extensions } }),
  );
  return new Rejection(copies, { part: 'document', status: 400 });
}

export function rejectedDocument(code: 'BAD_REQUEST' | 'OPERATION_RESOLUTION_FAILURE', message: string): Rejection {
  return new Rejection([operationError(code, { message })], { part: 'document', status: 400 });
}
