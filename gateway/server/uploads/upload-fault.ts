// Upload fault: why the form of a client cannot be used, as an error of the request, or of the field whose service was
// getting the files.
import type { GraphQLError } from 'graphql';
import { markDeliberate } from '../../compose/resolver-errors.ts';
import { operationError, requestError } from '../../errors.ts';

type UploadCode = 'UPLOAD_REJECTED' | 'UPLOAD_TOO_LARGE';

export class UploadFault extends Error {
  readonly #code: UploadCode;
  readonly #details: Readonly<Record<string, unknown>>;

  constructor(code: UploadCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.#code = code;
    this.#details = details;
  }

  /** For a request that is not executed. */
  get asRequestError(): GraphQLError {
    return requestError(this.#code, { message: this.message, details: this.#details });
  }

  /** For the field of a service that has got a part of the files. */
  get asFetchError(): GraphQLError {
    const error = operationError(this.#code, { message: this.message, details: this.#details });
    Object.assign(error, { extensions: markDeliberate(error.extensions) });
    return error;
  }
}

export function rejectedUpload(message: string): UploadFault {
  return new UploadFault('UPLOAD_REJECTED', message);
}

/** @param limitName option of `uploads`, or of the configuration. */
export function tooLargeUpload(what: string, limit: number, unit: 'bytes' | 'files', limitName: string): UploadFault {
  const message = `${what} more than ${limit} ${unit}, the limit (${limitName}).`;
  return new UploadFault('UPLOAD_TOO_LARGE', message, { limit, limitName });
}
