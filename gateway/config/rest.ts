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

/** Paths of APIs that requests to the graph, or to another API, have as well. */
export function apiPathProblems({
  path: graph,
  rest,
  mcp,
}: {
  path: string;
  rest: false | { path: string };
  mcp: false | { path: string };
}): { path: string[]; message: string }[] {
  const isWithin = (path: string, other: string) => path === other || path.startsWith(`${other}/`);
  const problems = Object.entries({ rest, mcp }).flatMap(([name, api]) =>
    api && isWithin(api.path, graph)
      ? [{ path: [name, 'path'], message: `it is at or below ${graph}, the path of the graph: give another one` }]
      : [],
  );
  if (!rest || !mcp || !(isWithin(mcp.path, rest.path) || isWithin(rest.path, mcp.path))) return problems;
  return [
    ...problems,
    { path: ['mcp', 'path'], message: `it is at, below or above ${rest.path}, that of rest: give another one` },
  ];
}
