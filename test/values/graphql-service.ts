// A service that executes its schema, for tests in which what is selected must be what is returned.
import { buildASTSchema, graphqlSync } from 'graphql';
import { parseSdl } from '../../gateway/compose/sdl.ts';
import type { Service } from './served-graph.ts';

type Resolver = (args: Record<string, never>) => unknown;

/**
 * @param root for each root field a value, or a function of its arguments; objects may have functions for fields too.
 */
export function executing(sdl: string, root: Record<string, Resolver | unknown>): Service['returns'] {
  const schema = buildASTSchema(parseSdl(sdl, 'service'));
  return ({ query, variables }) => {
    const { data, errors } = graphqlSync({ schema, source: query, variableValues: variables, rootValue: root });
    return { ...(data !== undefined && { data }), ...(errors && { errors: errors.map((error) => error.toJSON()) }) };
  };
}
