// The page's development server. It hands on what is for the gateway, so that both are one origin to the browser.
import { defineConfig } from 'vite';

/** `concierge dev` says where its gateway is. */
const gateway = process.env.GATEWAY_URL ?? 'http://127.0.0.1:4000';

/** The host stays what the browser asked: the gateway gives tokens only to pages of its own origin. */
const target = { target: gateway, changeOrigin: false };
const proxy = { '/graphql': target, '/development': target };

/** No page around it, and no guessing of types. Vite's own scripts and styles stand in the page while developing. */
const headers = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
};

export default defineConfig({
  root: import.meta.dirname,
  // The page depends on nothing, so that there is nothing to prepare and to keep.
  optimizeDeps: { noDiscovery: true },
  server: { host: '127.0.0.1', port: 5173, strictPort: true, proxy, headers },
  preview: { host: '127.0.0.1', proxy, headers },
});
