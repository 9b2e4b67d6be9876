// Resolvers of users.
import { connectionOf, readFirst, readPage } from '../connection.ts';
import { loadAll } from '../lookups.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { updateProfile } from './profile.ts';

export const resolvers: Resolvers = {
  Query: {
    user: (_root, { id }, { users }) => users.load(id),
    users: async (_root, args, { userPages }) =>
      connectionOf(await userPages.load(readPage(args, 20, [0])), (user) => [user.number]),
    _users: (_root, { ids }, { users }) => loadAll(users, ids),
  },
  Mutation: {
    updateProfile: (_root, { input }, context) => updateProfile(input, context),
  },
  Node: {
    // A public profile comes with its user's row, everything else as a stub that names its type.
    __resolveType: (node) => ('__typename' in node && node.__typename) || 'PublicProfile',
  },
  User: {
    fullName: ({ name }) => name,
    address: ({ street, city, postalCode, country }) =>
      street !== null && city !== null && postalCode !== null && country !== null
        ? { street, city, postalCode, country }
        : null,
    saved: async (user, args, { savedPages, users }) => {
      const { rows } = await savedPages.load({ userId: user.id, first: readFirst(args.first, 10), after: null });
      const nodes = await Promise.all(
        rows.map(({ kind, refId }) => (kind === 'User' ? users.load(refId) : { __typename: kind, id: refId })),
      );
      return nodes.filter((node) => node !== null);
    },
  },
};
