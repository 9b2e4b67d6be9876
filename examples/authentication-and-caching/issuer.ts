// What the issuer of tokens shares with the gateway. In production: `jwks`, the address of its public keys, in place of
// a secret (docs/authentication.md).
export const issuer = 'https://login.example';
export const secret = process.env.TOKEN_SECRET ?? 'for this example only: take one of your own';
