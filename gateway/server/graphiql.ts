// GraphiQL for people who explore: served whole from the installed package, with example queries in its tabs, and while
// developing with a bar above it to sign in.
import type { GraphiQLOptions } from 'graphql-yoga';
import type { CheckedConfig } from '../config/config.ts';
import { pagePolicy } from './page-policy.ts';

/**
 * Yoga's options for GraphiQL; false where it is off.
 * @param isValid whether a query may be asked where the page is: of the examples, those stay.
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
    // Left to itself, GraphiQL subscribes by GET, which the CSRF guard refuses.
    method: 'POST',
    // GraphiQL opens the first tab with these, whatever headers the tab itself has.
    ...(firstHeaders && { headers: written(firstHeaders) }),
    ...(examples.length > 0 && {
      defaultTabs: examples.map(({ query, variables, headers }) => ({
        query,
        variables: variables ? written(variables) : null,
        headers: headers ? written(headers) : null,
      })),
    }),
  };
}

function written(value: object): string {
  return JSON.stringify(value, null, 2);
}

export interface GraphiqlPage {
  /** The same for the same options. */
  render(options?: GraphiQLOptions): Promise<string>;
  /** Its content security policy; null before the first time. */
  policy(): string | null;
}

/** Where the page puts GraphiQL. */
const place = '<div id="root"></div>';

/**
 * Makes the page. The package is 9 MB of text: it is read when the first person opens GraphiQL, not before.
 * @param above HTML that stands above GraphiQL.
 */
export function createGraphiqlPage(above = ''): GraphiqlPage {
  let policy: string | null = null;
  return {
    policy: () => policy,
    async render(options) {
      const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
      const plain = String(await renderGraphiQL(options));
      const page = above === '' ? plain : plain.replace(place, () => above + place);
      policy ??= pagePolicy(page);
      return page;
    },
  };
}
