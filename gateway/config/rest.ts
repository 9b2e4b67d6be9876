// Configuration section `rest`: the REST façade of clients' trusted documents that have `@rest`.
import { z } from 'zod';

const pathMessage = 'give a path such as "/rest", without a slash at its end';

/** A path that clients' names follow. */
export const apiPath = z.string(pathMessage).regex(/^(?:\/[\w.~-]+)+$/, pathMessage);

const sectionMessage = 'give true, false, or an object such as { path: "/api" }';

const settings = z.strictObject(
  {
    /**
     * Path that the clients' names follow. Default: "/rest".
     * @example '/api'
     */
    path: apiPath.default('/rest'),
    /**
     * Whether each client's OpenAPI document is served, at `/rest/<client>/openapi.json`, and the page that shows it, at
     * `/rest/<client>/`. Default: under `concierge dev` only.
     * @example true
     */
    openapi: z.boolean('give true or false').optional(),
  },
  sectionMessage,
);

/** False where nothing is served. */
export const restSection = z
  .union([z.boolean(), settings], sectionMessage)
  .default(true)
  .transform((value) => (value === true ? settings.parse({}) : value));

/** Paths of APIs that are those of the graph as well. */
export function apiPathProblems(config: {
  path: string;
  rest: false | { path: string };
}): { path: string[]; message: string }[] {
  const { path: graph, rest } = config;
  if (!rest || (rest.path !== graph && !rest.path.startsWith(`${graph}/`))) return [];
  return [{ path: ['rest', 'path'], message: `it is at or below ${graph}, the path of the graph: give another one` }];
}
