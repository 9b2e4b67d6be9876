// Configuration section `explain`: the callers that get the explanation of a response.
import { z } from 'zod';
import { roleList, scopeList } from './values.ts';

export const explainHeader = 'x-concierge-explain';

/** Requests header fields with the cost of the response. */
export const costHeader = 'x-concierge-cost';

export const explainSection = z
  .strictObject(
    {
      /**
       * All of these scopes are required. Default: none.
       * @example ['explain']
       */
      scopes: scopeList.min(1, 'give scopes, or leave them out').optional(),
      /**
       * One of these roles is required. Default: none.
       * @example ['support']
       */
      roles: roleList.min(1, 'give roles, or leave them out').optional(),
    },
    'give an object such as { roles: ["support"] }',
  )
  .refine(
    ({ scopes, roles }) => scopes !== undefined || roles !== undefined,
    'give scopes or roles: an explanation shows the services and their addresses',
  );
