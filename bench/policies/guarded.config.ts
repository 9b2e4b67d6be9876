// The product with every object guarded, tokens to verify, and requests to count; all of it in plenty.
import { publicKey } from './token.ts';

export default {
  authentication: { jwt: [{ issuer: 'https://login.bench.example', key: publicKey, audience: 'shop' }] },
  rateLimits: { request: { limit: 1_000_000_000, duration: '1m' } },
};
