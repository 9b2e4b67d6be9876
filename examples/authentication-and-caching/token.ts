// Prints a token for `Authorization: Bearer …`, as your identity provider would issue it:
//   node token.ts ada write
import { SignJWT } from 'jose';
import { issuer, secret } from './issuer.ts';

const [subject = 'ada', ...scopes] = process.argv.slice(2);

console.log(
  await new SignJWT({ scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret)),
);
