// Composes subgraphs into a supergraph's SDL, with their routing URLs in it.

import { assertCompositionSuccess, composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';

/** Takes names, routing URLs and SDL; returns the supergraph's SDL; throws with all composition errors. */
export function composeSupergraph(services: readonly { name: string; url: string; sdl: string }[]): string {
  const result = composeServices(services.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  assertCompositionSuccess(result);
  return result.supergraphSdl.trim();
}
