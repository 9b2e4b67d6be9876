// Changes of a user's profile: the fields that can change, and the checks of their values.
import { requireOwner } from '../caller.ts';
import { rejection } from '../rejection.ts';
import type { UserRow } from './database.ts';
import type { UpdateProfileInput } from './generated/resolvers.ts';
import type { Context } from './loaders.ts';

/**
 * Writes the given fields. A field that is left out stays; `null` removes an avatar or an address.
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT
 */
export async function updateProfile(input: UpdateProfileInput, context: Context): Promise<UserRow | null> {
  const { session, users, caller } = context;
  requireOwner(caller, input.id);
  const user = await users.load(input.id);
  if (!user) throw rejection('NOT_FOUND', `There is no user "${input.id}".`);
  const changed: UserRow = { ...user };
  if (input.name !== undefined) changed.name = readText('name', input.name, 100);
  if (input.email !== undefined) changed.email = readEmail(input.email);
  if (input.avatarUrl !== undefined) changed.avatarUrl = readAvatarUrl(input.avatarUrl);
  if (input.address !== undefined) Object.assign(changed, readAddress(input.address));
  session.transaction(() => {
    const namesake = session.get<{ id: string }>(
      'SELECT id FROM users WHERE email = ? AND id <> ?',
      changed.email,
      changed.id,
    );
    if (namesake) throw rejection('BAD_USER_INPUT', `\`email\` is already in use: "${changed.email}".`);
    session.run(
      `UPDATE users SET name = ?, email = ?, avatar_url = ?, street = ?, city = ?, postal_code = ?, country = ? WHERE id = ?`,
      changed.name,
      changed.email,
      changed.avatarUrl,
      changed.street,
      changed.city,
      changed.postalCode,
      changed.country,
      changed.id,
    );
  });
  users.clear(changed.id).prime(changed.id, changed);
  return changed;
}

function readText(name: string, value: string | null, maxLength: number): string {
  const text = value?.trim() ?? '';
  if (text === '') throw rejection('BAD_USER_INPUT', `\`${name}\` is empty.`);
  if (text.length > maxLength) {
    throw rejection('BAD_USER_INPUT', `\`${name}\` has ${text.length} characters; at most ${maxLength} are allowed.`);
  }
  return text;
}

function readEmail(value: string | null): string {
  const email = readText('email', value, 254);
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw rejection('BAD_USER_INPUT', `\`email\` is not an e-mail address: "${email}".`);
  }
  return email;
}

function readAvatarUrl(value: string | null): string | null {
  if (value === null) return null;
  if (value.length > 2000 || !URL.canParse(value) || new URL(value).protocol !== 'https:') {
    throw rejection('BAD_USER_INPUT', `\`avatarUrl\` is not an https address: "${value.slice(0, 100)}".`);
  }
  return value;
}

function readAddress(
  address: UpdateProfileInput['address'],
): Pick<UserRow, 'street' | 'city' | 'postalCode' | 'country'> {
  if (!address) return { street: null, city: null, postalCode: null, country: null };
  if (!/^[A-Z]{2}$/.test(address.country)) {
    throw rejection(
      'BAD_USER_INPUT',
      `\`address.country\` is not a country code of two capital letters: "${address.country.slice(0, 20)}".`,
    );
  }
  return {
    street: readText('address.street', address.street, 200),
    city: readText('address.city', address.city, 100),
    postalCode: readText('address.postalCode', address.postalCode, 20),
    country: address.country,
  };
}
