// JSON Schema of the problems (RFC 9457) that the REST façade responds with.
import type { JsonSchema } from '../../json-schema/json-schema.ts';

/** Types of GraphQL have no dot in their names. */
export const problemSchemaName = 'concierge.Problem';

const error: JsonSchema = {
  type: 'object',
  properties: {
    message: { type: 'string' },
    path: { type: 'array', items: {}, description: 'Place in `data`: names of fields and indexes of lists.' },
    extensions: { type: 'object', description: 'The `code` of the error, and what it is about.' },
  },
  required: ['message'],
};

export const problemSchema: JsonSchema = {
  type: 'object',
  properties: {
    type: { type: 'string', description: '`urn:concierge:error:` with the code, or `about:blank`.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    errors: { type: 'array', items: error },
    data: { type: 'object', description: 'What a response with errors has besides them.' },
  },
  required: ['type', 'title', 'status', 'detail', 'errors'],
};
