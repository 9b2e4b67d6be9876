// Configuration section `subgraphs.<name>.errors`: what reaches clients of a service's own errors besides their messages.
import { z } from 'zod';

/** Extensions of errors that are written by the gateway, read by its HTTP server, or no plain property. */
const reservedExtensions = new Set(['code', 'subgraph', 'http', 'unexpected', 'reference', '__proto__']);

const codePathMessage = 'give names with dots between them, such as "extensions.errorType"';

export const subgraphErrorsSection = z.strictObject(
  {
    /**
     * Keys of an error's `extensions` that pass to clients besides the code; no others do. Default: none.
     * @example ['fields']
     */
    extensions: z
      .array(z.string('give a list of names such as "fields"').min(1, 'give a list of names such as "fields"'))
      .max(100, 'give at most 100 names')
      .default([])
      .superRefine((keys, context) => {
        for (const [index, key] of keys.entries()) {
          if (!reservedExtensions.has(key)) continue;
          const message = key === 'code' ? 'the code always passes: remove this' : 'the gateway writes it itself';
          context.addIssue({ code: 'custom', path: [index], message });
        }
      }),
    /**
     * Path of the code in an error. Default: `extensions.code`.
     * @example 'extensions.errorType'
     */
    code: z
      .string(codePathMessage)
      .regex(/^[^.\s]+(\.[^.\s]+)*$/, codePathMessage)
      .default('extensions.code'),
  },
  'give an object such as { extensions: ["fields"], code: "extensions.errorType" }',
);
