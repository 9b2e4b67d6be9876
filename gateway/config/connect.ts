// Configuration section `subgraphs.<name>.connect`: what the connectors of a REST service use.
import { z } from 'zod';

export const connectSection = z.strictObject(
  {
    /**
     * Values of `$config` in the service's SDL, by name: `{$config.region}`. Default: none.
     * @example { region: 'eu', key: env('SHOP_KEY') }
     */
    config: z
      .record(
        z.string().regex(/^[A-Za-z_]\w*$/, 'a name is letters, digits and "_", and begins with a letter'),
        z.union([z.string(), z.number(), z.boolean()], 'give a text, a number, true or false'),
        'give an object such as { region: "eu" }',
      )
      .default({}),
  },
  'give an object such as { config: { region: "eu" } }',
);
