// Configuration section `mcp`: clients' trusted documents as tools of the Model Context Protocol.
import { z } from 'zod';
import { apiPath } from './rest.ts';

const sectionMessage = 'give true, false, or an object such as { tools: "all" }';

const settings = z.strictObject(
  {
    /**
     * Path that the clients' names follow. Default: "/mcp".
     * @example '/ai'
     */
    path: apiPath.default('/mcp'),
    /**
     * `marked`: documents with `@tool` are tools; `all`: every query and mutation in `operations/`. Default: `marked`.
     * @example 'all'
     */
    tools: z.enum(['marked', 'all'], { error: 'give "marked" or "all"' }).default('marked'),
    /**
     * Whether mutations are tools too. Default: false.
     * @example true
     */
    mutations: z.boolean('give true or false').default(false),
  },
  sectionMessage,
);

/** False where nothing is served. */
export const mcpSection = z
  .union([z.boolean(), settings], sectionMessage)
  .default(true)
  .transform((value) => (value === true ? settings.parse({}) : value));

export type McpConfig = z.output<typeof settings>;
