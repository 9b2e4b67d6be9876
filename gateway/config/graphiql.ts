// Configuration section `graphiql`: whether GraphiQL is served, and its first tabs.
import { z } from 'zod';

const exampleQuery = z.strictObject({
  /**
   * The operation. Required.
   * @example '{ products { name } }'
   */
  query: z.string('give the text of an operation'),
  /**
   * Values of its variables. Default: none.
   * @example { first: 10 }
   */
  variables: z.record(z.string(), z.unknown()).optional(),
  /**
   * Header fields of the request. Default: none.
   * @example { 'x-shop': 'demo' }
   */
  headers: z.record(z.string(), z.string()).optional(),
});

export const graphiqlSection = z
  .union(
    [
      z.boolean(),
      z.strictObject({
        /**
         * Whether GraphiQL is served. Default: under `concierge dev` only, also where there are examples.
         * @example true
         */
        enabled: z.boolean('give true or false').optional(),
        /**
         * Its first tabs. Required.
         * @example [{ query: '{ products { name } }' }]
         */
        examples: z.array(exampleQuery).max(20, 'give at most 20 examples'),
      }),
    ],
    { error: 'give true, false, or { enabled: true, examples: [{ query: "…" }] }' },
  )
  .optional();
