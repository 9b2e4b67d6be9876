// Guarded fields: every kind of location of a directive, with an anonymous caller's response and the names that are not
// fetched.
export interface Guarded {
  what: string;
  query: string;
  variables?: Record<string, unknown>;
  /** The caller; an anonymous one, unless given. */
  scopes?: readonly string[];
  data: unknown;
  /** `path: code`, sorted. */
  errors: readonly string[];
  /** Occurs in no request to a service. */
  unheard?: RegExp;
  /** As many requests to services, where it matters that there are none. */
  requests?: number;
}

const unauthenticated = (...paths: string[]) => paths.map((path) => `${path}: UNAUTHENTICATED`);
const forbidden = (...paths: string[]) => paths.map((path) => `${path}: FORBIDDEN`);

const ann = { id: 'u1', email: null };

export const guardedPlaces: readonly Guarded[] = [
  {
    what: 'a leaf',
    query: '{ me { id email name } }',
    data: { me: { ...ann, name: 'Ann' } },
    errors: unauthenticated('me.email'),
    unheard: /email/,
  },
  {
    what: 'a leaf under an alias, beside an open field that takes its name',
    query: '{ me { mine: email email: name } }',
    data: { me: { mine: null, email: 'Ann' } },
    errors: unauthenticated('me.mine'),
    unheard: /\bemail\b(?!:)/,
  },
  {
    what: 'a leaf in inline and named fragments',
    query:
      'query { me { id ...a ... on User { twice: email } ... { thrice: email } } } fragment a on User { email ...b } fragment b on User { email }',
    data: { me: { ...ann, twice: null, thrice: null } },
    errors: unauthenticated('me.email', 'me.thrice', 'me.twice'),
    unheard: /email/,
  },
  {
    what: 'a leaf that a variable includes',
    query: 'query ($yes: Boolean!) { me { id email @include(if: $yes) notes @skip(if: $yes) { text } } }',
    variables: { yes: true },
    data: { me: ann },
    errors: unauthenticated('me.email'),
    unheard: /email|notes/,
  },
  {
    what: 'a leaf that a variable skips',
    query: 'query ($yes: Boolean = true) { me { id email @skip(if: $yes) } }',
    data: { me: { id: 'u1' } },
    errors: [],
  },
  {
    what: 'nothing but a denied field',
    query: '{ me { email } }',
    data: { me: { email: null } },
    errors: unauthenticated('me.email'),
    unheard: /email/,
  },
  {
    what: 'a list of objects',
    query: '{ me { id notes { text __typename } } }',
    data: { me: { id: 'u1', notes: null } },
    errors: unauthenticated('me.notes'),
    unheard: /notes|text/,
  },
  {
    what: 'a field in nested lists',
    query: '{ users { id friends { email friends { id email } } } }',
    data: {
      users: [
        { id: 'u1', friends: [{ email: null, friends: ['u1', 'u2'].map((id) => ({ id, email: null })) }] },
        {
          id: 'u2',
          friends: [
            { email: null, friends: [{ id: 'u2', email: null }] },
            { email: null, friends: ['u1', 'u2'].map((id) => ({ id, email: null })) },
          ],
        },
      ],
    },
    errors: unauthenticated(
      'users.0.friends.0.email',
      'users.0.friends.0.friends.0.email',
      'users.0.friends.0.friends.1.email',
      'users.1.friends.0.email',
      'users.1.friends.0.friends.0.email',
      'users.1.friends.1.email',
      'users.1.friends.1.friends.0.email',
      'users.1.friends.1.friends.1.email',
    ),
    unheard: /email/,
  },
  {
    what: 'a field that must not be null, in an object that may be',
    query: '{ me { id card { holder number } } }',
    data: { me: { id: 'u1', card: null } },
    errors: unauthenticated('me.card.number'),
    unheard: /number/,
  },
  {
    what: 'a root leaf',
    query: '{ pin hello }',
    data: { pin: null, hello: 'hello' },
    errors: unauthenticated('pin'),
    requests: 0,
  },
  {
    what: 'a root leaf that must not be null',
    query: '{ strictPin user(id: "u1") { name } }',
    data: null,
    errors: unauthenticated('strictPin'),
    requests: 0,
  },
  {
    what: 'a root mutation, between others',
    query: 'mutation { first: count rename(name: "Eve") { id name } last: count }',
    data: { first: 1, rename: null, last: 1 },
    errors: unauthenticated('rename'),
    unheard: /rename/,
  },
  {
    what: 'a root mutation that must not be null, and ends those that come after it',
    query: 'mutation { first: count wipe last: greet { text } }',
    data: null,
    errors: unauthenticated('wipe'),
    unheard: /wipe|greet/,
  },
  {
    what: 'a field that must not be null below a mutation that must not either',
    query: 'mutation { greet { text seal } last: count }',
    data: null,
    errors: unauthenticated('greet.seal'),
    unheard: /seal|count/,
  },
  {
    what: "another service's field of an entity",
    query: '{ me { id orders { total } } }',
    data: { me: null },
    errors: unauthenticated('me.orders'),
    unheard: /orders|total/,
    requests: 1,
  },
  {
    what: 'a field below what another service gives',
    query: '{ me { points badge { label code } } }',
    data: { me: { points: 3, badge: { label: 'gold', code: null } } },
    errors: unauthenticated('me.badge.code'),
    unheard: /code/,
  },
  {
    what: 'an object type',
    query: '{ vault { gold } hello }',
    data: { vault: null, hello: 'hello' },
    errors: unauthenticated('vault'),
    requests: 0,
  },
  {
    what: 'an object type of which only __typename is selected',
    query: '{ vault { __typename } }',
    data: { vault: null },
    errors: unauthenticated('vault'),
    requests: 0,
  },
  {
    what: 'an interface',
    query: '{ assets { __typename value ... on Car { wheels } } hello }',
    data: { assets: null, hello: 'hello' },
    errors: unauthenticated('assets'),
    requests: 0,
  },
  {
    what: 'an object type, by its interface',
    query: '{ house { floors } }',
    data: { house: null },
    errors: unauthenticated('house'),
    requests: 0,
  },
  {
    what: "an interface's field, selected on the interface",
    query: '{ pets { __typename name chip } }',
    scopes: [],
    data: {
      pets: [{ __typename: 'Dog', name: 'Rex', chip: 'c1' }, null, { __typename: 'Dog', name: 'Rex', chip: 'c1' }],
    },
    errors: forbidden('pets.1'),
    unheard: /venom/,
  },
  {
    what: "an interface's field, selected on a type",
    query: '{ pets { ... on Dog { tricks c: chip } } }',
    data: { pets: [{ tricks: 3, c: null }, null, { tricks: 3, c: null }] },
    errors: unauthenticated('pets.0.c', 'pets.1', 'pets.2.c'),
    unheard: /chip/,
  },
  {
    what: 'a type that stands where others may stand',
    query: '{ pets { name ... on Snake { venom } } }',
    data: { pets: [{ name: 'Rex' }, null, { name: 'Rex' }] },
    errors: unauthenticated('pets.1'),
    unheard: /venom/,
  },
  {
    what: 'such a type of which only __typename is selected',
    query: '{ pets { __typename } }',
    scopes: [],
    data: { pets: [{ __typename: 'Dog' }, null, { __typename: 'Dog' }] },
    errors: forbidden('pets.1'),
  },
  {
    what: 'such a type where nothing may be null',
    query: '{ strictPets { name ... on Snake { venom } } hello }',
    data: null,
    errors: unauthenticated('strictPets.1'),
    unheard: /venom/,
  },
  {
    what: 'a type of an open union, by its interface',
    query: '{ found { ... on Asset { value } ... on Dog { tricks } ... on Building { floors } } }',
    data: { found: [{ tricks: 3 }, null] },
    errors: unauthenticated('found.1'),
    unheard: /value|floors/,
  },
  {
    what: 'a union',
    query: '{ things { ... on Dog { tricks } } hello }',
    scopes: ['admin'],
    data: { things: null, hello: 'hello' },
    errors: forbidden('things'),
    requests: 0,
  },
  {
    what: 'an enum',
    query: '{ me { id mood } }',
    data: { me: { id: 'u1', mood: null } },
    errors: unauthenticated('me.mood'),
    unheard: /mood/,
  },
  {
    what: 'a scalar',
    query: '{ me { id birthday } }',
    scopes: ['hr'],
    data: { me: { id: 'u1', birthday: null } },
    errors: forbidden('me.birthday'),
    unheard: /birthday/,
  },
  {
    what: 'a type that only another service guards',
    query: '{ document { title } hello }',
    scopes: ['hr', 'read'],
    data: { document: null, hello: 'hello' },
    errors: forbidden('document'),
    requests: 0,
  },
  {
    what: 'a list of it',
    query: '{ archive { pages } }',
    data: { archive: null },
    errors: unauthenticated('archive'),
    requests: 0,
  },
  {
    what: 'a field that another service serves without a directive',
    query: '{ topSeller { id nick } }',
    data: { topSeller: { id: 'u2', nick: null } },
    errors: unauthenticated('topSeller.nick'),
    unheard: /nick/,
  },
  {
    what: "the gateway's own fields",
    query: '{ hello hint visitor { name } }',
    data: { hello: 'hello', hint: null, visitor: null },
    errors: unauthenticated('hint', 'visitor'),
    requests: 0,
  },
  {
    what: 'scopes, of which one list must be held in full',
    query: '{ me { id wage } }',
    scopes: ['hr', 'write'],
    data: { me: { id: 'u1', wage: null } },
    errors: forbidden('me.wage'),
    unheard: /\bwage\b/,
  },
  {
    what: 'a field that another one is computed from: it goes up for that one alone',
    query: '{ me { discount wage } }',
    data: { me: { discount: 7, wage: null } },
    errors: unauthenticated('me.wage'),
  },
  {
    what: 'policies, of which all of one list must allow',
    query: '{ me { id diary shelf } }',
    data: { me: { id: 'u1', diary: null, shelf: 'books' } },
    errors: unauthenticated('me.diary'),
    unheard: /diary/,
  },
  {
    what: 'a policy and a scope on one field',
    query: '{ me { id review } }',
    scopes: ['write'],
    data: { me: { id: 'u1', review: null } },
    errors: forbidden('me.review'),
    unheard: /review/,
  },
  {
    what: 'a policy that throws',
    query: '{ me { id broken } }',
    scopes: [],
    data: { me: { id: 'u1', broken: null } },
    errors: forbidden('me.broken'),
    unheard: /broken/,
  },
];
