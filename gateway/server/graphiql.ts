// GraphiQL for people who explore: served whole from the installed package, with example queries in its tabs.
import type { GraphiQLOptions } from 'graphql-yoga';
import type { CheckedConfig } from '../config/config.ts';

/** Yoga's options for GraphiQL; false where it is off. */
export function graphiqlOptions(setting: CheckedConfig['graphiql']): GraphiQLOptions | false {
  const on = setting ?? process.env.NODE_ENV !== 'production';
  if (on === false) return false;
  const examples = on === true ? [] : on.examples;
  const firstHeaders = examples[0]?.headers;
  return {
    title: 'Concierge',
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

/** The page. The package is 9 MB of text: it is read when the first person opens GraphiQL, not before. */
export async function renderGraphiql(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return String(await renderGraphiQL(options));
}
