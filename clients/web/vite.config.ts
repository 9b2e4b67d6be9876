// The page's development server. It hands on what is for the gateway, so that both are one origin to the browser.
import { defineConfig } from 'vite';

/** `concierge dev` says where its gateway is. */
const gateway = process.env.GATEWAY_URL ?? 'http://127.0.0.1:4000';

const proxy = { '/graphql': gateway, '/development': gateway };

export default defineConfig({
  root: import.meta.dirname,
  server: { host: '127.0.0.1', port: 5173, strictPort: true, proxy },
  preview: { host: '127.0.0.1', proxy },
});
