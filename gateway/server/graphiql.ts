// GraphiQL page: served from the installed package, with example queries in its tabs and, in development, a sign-in bar
// above.
import type { GraphiQLOptions } from 'graphql-yoga';
import type { CheckedConfig } from '../config/config.ts';
import { favicon, logo } from './logo.ts';
import { createRenderedPage, type RenderedPage } from './rendered-page.ts';

/**
 * Yoga's options for GraphiQL; false where it is off.
 * @param isValid whether a query is valid on the page's endpoint: other examples are removed.
 */
export function graphiqlOptions(
  setting: CheckedConfig['graphiql'],
  isValid: (query: string) => boolean = () => true,
): GraphiQLOptions | false {
  const { enabled = false, examples: all } = typeof setting === 'object' ? setting : { enabled: setting, examples: [] };
  if (!enabled) return false;
  const examples = all.filter(({ query }) => isValid(query));
  const firstHeaders = examples[0]?.headers;
  return {
    title: 'Concierge',
    logo,
    favicon,
    // By default GraphiQL subscribes by GET, which the CSRF protection rejects.
    method: 'POST',
    // GraphiQL opens the first tab with these headers, not with those of the tab itself.
    ...(firstHeaders && { headers: toJson(firstHeaders) }),
    ...(examples.length > 0 && {
      defaultTabs: examples.map(({ query, variables, headers }) => ({
        query,
        variables: variables ? toJson(variables) : null,
        headers: headers ? toJson(headers) : null,
      })),
    }),
  };
}

function toJson(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** Element of the page that contains GraphiQL. */
const place = '<div id="root"></div>';

/**
 * Creates the page. The package is 9 MB of text: it is loaded on first use.
 * @param above HTML above GraphiQL.
 * @param below HTML below it.
 */
export function createGraphiqlPage(above = '', below = ''): RenderedPage {
  return createRenderedPage(async (options) => {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    const plain = String(await renderGraphiQL(options));
    return plain.replace(place, () => above + place + below);
  });
}
