// Resolution of a translated request's root fields: side by side, and those of mutations in turn (GraphQL specification,
// section 6.2.2).
import type { CompiledField, TranslatedRequest } from './document-translator.ts';
import { TranslatedResponse } from './translated-response.ts';

/** Sets the field's value in the response, or its error, and calls `done` once. */
export type ResolveField = (field: CompiledField, response: TranslatedResponse, done: () => void) => void;

/** @param done called once, when all of them are resolved. */
export function resolveFields(
  request: TranslatedRequest,
  resolve: ResolveField,
  done: (response: TranslatedResponse) => void,
): void {
  const response = new TranslatedResponse(request);
  const { fields } = response;
  if (fields.length === 0) {
    done(response);
    return;
  }
  if (request.document.operation === 'mutation') {
    resolveFrom(0, response, resolve, done);
    return;
  }
  let left = fields.length;
  const end = () => {
    left -= 1;
    if (left === 0) done(response);
  };
  for (const field of fields) resolve(field, response, end);
}

function resolveFrom(
  index: number,
  response: TranslatedResponse,
  resolve: ResolveField,
  done: (response: TranslatedResponse) => void,
): void {
  const field = response.fields[index];
  if (field) resolve(field, response, () => resolveFrom(index + 1, response, resolve, done));
  else done(response);
}
