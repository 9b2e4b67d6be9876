// Content security policy of GraphiQL's page: its own scripts by their hashes, requests to the gateway alone, and no
// framing (CSP level 3; `X-Frame-Options` for browsers without `frame-ancestors`).
import { hash } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';

/** Inline scripts of a page. A script ends at the first end tag, which cannot occur in it as text. */
function inlineScripts(page: string): string[] {
  const scripts: string[] = [];
  for (let start = page.indexOf('<script>'); start !== -1; start = page.indexOf('<script>', start)) {
    const end = page.indexOf('</script>', start);
    if (end === -1) break;
    scripts.push(page.slice(start + '<script>'.length, end));
    start = end;
  }
  return scripts;
}

/** @param hasFiles whether the page has scripts and style sheets of its own besides. */
export function pagePolicy(page: string, hasFiles = false): string {
  const own = hasFiles ? " 'self'" : '';
  const hashes = inlineScripts(page).map((script) => `'sha256-${hash('sha256', script, 'base64')}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}${own}`,
    // The editor adds styles at run time.
    `style-src 'unsafe-inline'${own}`,
    "img-src 'self' data:",
    'font-src data:',
    "connect-src 'self'",
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Adds the policy to the page's response. @param policy null until the page has been rendered. */
export function usePagePolicy(policy: () => string | null): Plugin {
  return {
    onResponse({ response }) {
      const value = policy();
      const { headers } = response;
      if (value === null || headers.get('content-type') !== 'text/html') return;
      if (!headers.has('content-security-policy')) headers.set('content-security-policy', value);
      headers.set('x-frame-options', 'DENY');
      headers.set('referrer-policy', 'same-origin');
    },
  };
}
