// The demo's users with tokens of the tests' own development key, as `concierge dev` accepts them.
import { fileURLToPath } from 'node:url';
import { mintDevelopmentToken, openDevelopmentKey } from '../../gateway/policy/authentication/development-key.ts';
import demo from '../../gateway.config.ts';

/** Gateways that run as processes get a copy of its key. */
export const keyFolder = fileURLToPath(new URL('../artefacts', import.meta.url));

export const developmentKey = await openDevelopmentKey(keyFolder);

export interface Credentials extends Record<string, string> {
  authorization: string;
}

/** Headers of a user: with the scopes and roles of the demo's user of that name, or without any. Valid for an hour. */
export async function credentialsOf(subject: string): Promise<Credentials> {
  const user = demo.authentication?.development?.users?.find((one) => one.subject === subject);
  const { scopes = [], roles = [] } = user ?? {};
  const token = await mintDevelopmentToken(developmentKey, { subject, scopes, roles, expires: 3_600_000 });
  return { authorization: `Bearer ${token}` };
}

/** u1, with rights to read orders of their own. */
export const customer = await credentialsOf('u1');
/** u3, with rights to search as well, to read users and any order, and to set the stock. */
export const orderDesk = await credentialsOf('u3');
