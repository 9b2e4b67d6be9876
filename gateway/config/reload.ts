// Configuration section `reload`: what makes `concierge start` read everything again.
import { z } from 'zod';

export const reloadSection = z.strictObject(
  {
    /**
     * Whether a change of a file that the start has read reloads: the configuration and what it imports, schemas, clients
     * with their documents, secrets. Default: true.
     * @example false
     */
    watch: z.boolean('give true or false').default(true),
  },
  'give an object such as { watch: false }',
);
