// Developer note of the page: its one request, and the errors in its response.
/// <reference lib="dom" />
import { type GraphQLFailure, ProfileDocument } from '../generated/sdk.ts';
import { element } from './element.ts';

/** @param milliseconds from sending the request to the end of the response. */
export function storyView(errors: readonly GraphQLFailure[], milliseconds: number): HTMLElement {
  return element(
    'details',
    {},
    element('summary', {}, errors.length === 0 ? 'What happened' : `What happened: ${lost(errors)}`),
    element(
      'p',
      {},
      `One request for the whole page, answered in ${Math.round(milliseconds)} ms: the trusted document `,
      element('code', {}, `${ProfileDocument.name} ${ProfileDocument.id.slice(0, 12)}…`),
    ),
    element('ul', {}, ...errors.map(failureView)),
  );
}

function lost({ length }: readonly GraphQLFailure[]): string {
  return length === 1 ? 'one field is missing' : `${length} fields are missing`;
}

function failureView({ path, code, message }: GraphQLFailure): HTMLElement {
  return element('li', {}, element('code', {}, `${path.join('.')} ${code ?? ''}`), ` ${message}`);
}
