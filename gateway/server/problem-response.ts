// Problem details (RFC 9457): the form of errors in the REST façade, with the codes of docs/errors.md.
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { GraphQLError } from 'graphql';
import { errorDefinitions, problemStatusOf } from '../errors.ts';
import type { RequestContext } from '../pipeline/request-context.ts';

export const problemJson = 'application/problem+json';

/** What a problem needs of an error: one that is plain data has no path. */
export type ProblemError = Pick<GraphQLError, 'message' | 'extensions'> & { path?: GraphQLError['path'] };

export interface Problem {
  /** `urn:concierge:error:` with the code; `about:blank` for a code that is not the gateway's. */
  type: string;
  title: string;
  status: number;
  detail: string;
  code?: string;
  errors: readonly Record<string, unknown>[];
  /** What a response with errors has besides them. */
  data?: unknown;
}

/**
 * @param status default: the highest of the errors', whose first error is the problem's.
 * @param data of a partial response.
 */
export function problemOf(errors: readonly ProblemError[], status?: number, data?: unknown): Problem {
  const statuses = errors.map((error) => problemStatusOf(error as GraphQLError));
  const highest = status ?? Math.max(...statuses);
  const main = errors[Math.max(0, statuses.indexOf(highest))];
  const code = main?.extensions.code;
  const isOwn = typeof code === 'string' && Object.hasOwn(errorDefinitions, code);
  return {
    type: isOwn ? `urn:concierge:error:${code}` : 'about:blank',
    title: (isOwn ? titleOf(code) : STATUS_CODES[highest]) ?? 'Error',
    status: highest,
    detail: main?.message ?? '',
    ...(typeof code === 'string' && { code }),
    errors: errors.map(({ message, path, extensions: { http: _, unexpected: __, ...extensions } }) => ({
      ...{ message, ...(path && { path }) },
      ...(Object.keys(extensions).length > 0 && { extensions }),
    })),
    ...(data !== undefined && data !== null && { data }),
  };
}

/** Header fields that errors have for the response, such as `retry-after`. */
export function fieldsOf(errors: readonly ProblemError[]): (readonly [name: string, value: string])[] {
  return errors.flatMap(({ extensions }) => {
    const { headers = {} } = (extensions.http ?? {}) as { headers?: Record<string, string> };
    return Object.entries(headers);
  });
}

/** `Subgraph timeout` for `SUBGRAPH_TIMEOUT`: the same for every problem of a type. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words[0]?.toUpperCase() + words.slice(1);
}

/**
 * Sends a problem, which no cache stores.
 * @param fields of the response, in addition to those of the context.
 */
export function sendProblem(
  response: ServerResponse,
  context: RequestContext,
  problem: Problem,
  fields: readonly (readonly [name: string, value: string])[] = [],
): void {
  if (response.destroyed) return;
  const body = JSON.stringify(problem);
  const { status } = problem;
  for (const [name, value] of [...context.rejectionHeaders, ...fields]) response.setHeader(name, value);
  // RFC 9110, section 15.5.2.
  if (status === 401 && !response.hasHeader('www-authenticate')) {
    response.setHeader('www-authenticate', 'Bearer realm="rest"');
  }
  response.writeHead(status, {
    'content-type': problemJson,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
