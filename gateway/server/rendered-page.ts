// Rendered page: HTML of a graph's path for browsers, rendered when it is first opened, and once for equal options.
import { hash } from 'node:crypto';
import type { GraphiQLOptions } from 'graphql-yoga';
import { pagePolicy } from './page-policy.ts';

export interface RenderedPage {
  /** HTML of the page; equal for equal options. */
  render(options?: GraphiQLOptions): Promise<string>;
  /** Content security policy of the page; null before it was rendered. */
  policy(): string | null;
  /** Entity tag of a body that is the page as it was rendered last; null for every other body. */
  tagOf(body: string): string | null;
}

export function createRenderedPage(write: (options?: GraphiQLOptions) => Promise<string>): RenderedPage {
  let policy: string | null = null;
  let rendered: { options: string; page: string; tag: string } | null = null;
  return {
    policy: () => policy,
    tagOf: (body) => (rendered?.page === body ? rendered.tag : null),
    async render(options) {
      const text = JSON.stringify(options ?? null);
      if (rendered?.options === text) return rendered.page;
      const page = await write(options);
      policy ??= pagePolicy(page);
      rendered = { options: text, page, tag: `"${hash('sha256', page, 'base64url')}"` };
      return page;
    },
  };
}
