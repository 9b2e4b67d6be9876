// Receives requests with files: reads the fields of a form, and serves the operation in them like any other while the
// files are still on their way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { UploadsConfig } from '../../config/uploads.ts';
import { milliseconds } from '../../config/values.ts';
import { parseMediaType } from '../../json/media-type.ts';
import { decodeUtf8 } from '../../json/utf8.ts';
import type { GraphqlHandler } from '../../pipeline/endpoints.ts';
import type { RequestContext } from '../../pipeline/request-context.ts';
import { deadlineHeader, requestedTime } from '../../transport/deadline.ts';
import { Placeholders } from '../../transport/uploads/upload-files.ts';
import { RequestBody, type RequestWithBody } from '../body-reader.ts';
import { codingOf } from '../content-decoding.ts';
import type { LongLivedConnections } from '../long-lived.ts';
import { ClientFiles } from './client-files.ts';
import { FormReader } from './form-reader.ts';
import { rejectedUpload, tooLargeUpload, UploadFault } from './upload-fault.ts';
import { mapOperations } from './upload-form.ts';

export interface ReceivingOptions {
  config: UploadsConfig;
  /** Maximum size of each field of a form that is no file, in bytes. */
  maxFieldBytes: number;
  handle: GraphqlHandler;
  /** Serves a request whose form is rejected, with the error in `context.rejectedBody`. */
  rejected: GraphqlHandler;
  /** Serves a request that is no form. */
  others: GraphqlHandler;
  /** Counts requests with files; without it their number is not limited. */
  connections: LongLivedConnections | undefined;
}

/** Bytes of heads and delimiters of a form's parts. */
const FORM_BYTES = 262_144;

export function receivingUploads(options: ReceivingOptions): GraphqlHandler {
  const { rejected, others } = options;
  return (request, response, context) => {
    const type = request.method === 'POST' ? parseMediaType(request.headers['content-type'] ?? '') : null;
    if (type?.essence !== 'multipart/form-data') return others(request, response, context);
    return admitted(request, response, context, options)
      .then(() => receive(request, type.parameters.get('boundary'), context, options))
      .then(
        async (files) => {
          try {
            await options.handle(request, response, context);
          } finally {
            // Where no service has got them.
            files.stop();
          }
        },
        (error) => {
          if (!(error instanceof UploadFault || error instanceof GraphQLError)) throw error;
          request.resume();
          context.rejectedBody = error instanceof UploadFault ? error.asRequestError : error;
          return rejected(request, response, context);
        },
      );
  };
}

/** Takes a place among the requests with files, until the response. @throws GraphQLError where there is none. */
async function admitted(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  { connections, config: { concurrency } }: ReceivingOptions,
): Promise<void> {
  const message = 'Too many requests with files are being received. Try again later.';
  const place = await connections?.open(request, context, [{ bound: ['uploads', concurrency], message, status: 503 }]);
  if (place instanceof GraphQLError) throw place;
  if (!place) return;
  response.once('close', () => place.release());
  if (response.closed) place.release();
}

/** Reads the fields, and makes the request one of JSON with them. @throws UploadFault */
async function receive(
  request: IncomingMessage,
  boundary: string | undefined,
  context: RequestContext,
  { config, maxFieldBytes }: ReceivingOptions,
): Promise<ClientFiles> {
  const { headers } = request;
  if (codingOf(headers['content-encoding']) !== 'identity') {
    throw rejectedUpload('The header "content-encoding" names an encoding: send forms as they are.');
  }
  const maxBytes = config.maxBytes + 2 * maxFieldBytes + FORM_BYTES;
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    throw tooLargeUpload('The form has', maxBytes, 'bytes', 'uploads.maxBytes');
  }
  const reader = new FormReader(request, boundary, { maxFiles: config.maxFiles, maxBytes });
  try {
    const operations = await fieldOf(reader, 'operations', 'first', maxFieldBytes);
    const map = await fieldOf(reader, 'map', 'second', maxFieldBytes);
    const placeholders = new Placeholders();
    const mapped = mapOperations(operations, map, placeholders, config.maxFiles);
    const files = new ClientFiles(reader, placeholders, mapped, config);
    (request as RequestWithBody).body = new RequestBody(Buffer.from(mapped.text));
    headers['content-type'] = 'application/json';
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) delete headers[name];
    context.uploads = files;
    context.timeLimit = Math.min(milliseconds(config.timeout), requestedTime(headers[deadlineHeader]));
    context.deadline = context.started + context.timeLimit;
    return files;
  } catch (error) {
    if (error instanceof UploadFault) reader.fail(error);
    throw error;
  }
}

/** The text of a field. @throws UploadFault where another part is in its place. */
async function fieldOf(reader: FormReader, name: string, place: string, maxBytes: number): Promise<string> {
  const part = await reader.next();
  if (part?.name !== name) {
    throw rejectedUpload(
      `The ${place} part of the form must be "${name}": "operations" and "map" come before all files.`,
    );
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of part.content) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLargeUpload(`The field "${name}" has`, maxBytes, 'bytes', 'maxBodyBytes');
    chunks.push(chunk);
  }
  const text = decodeUtf8(Buffer.concat(chunks));
  if (text === null) throw rejectedUpload(`The field "${name}" is not valid UTF-8.`);
  return text;
}
