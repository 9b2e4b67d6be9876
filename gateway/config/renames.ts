// Configuration sections for names: renames and exclusions of schema parts, in clients' views and in subgraphs'
// transforms.
import { z } from 'zod';

const patternMessage =
  'give a coordinate such as "Product", "Product.*", "*.email", "User.orders(status:)" or "OrderStatus.CANCELLED", ' +
  'or a tag such as "#internal"';

const globName = String.raw`[\w*]+`;
const pattern = z
  .string(patternMessage)
  .regex(new RegExp(String.raw`^(#[_A-Za-z][\w/-]*|${globName}(\.${globName}(\(${globName}:\))?)?)$`), patternMessage);

/** Schema coordinates and tags. */
export const patterns = z.array(pattern, 'give a list of coordinates and tags, such as ["Product", "#internal"]');

const nameMessage = 'give a name of letters, digits and "_" that does not begin with a digit or "__"';
const newName = z.string(nameMessage).regex(/^(?!__)[A-Za-z_]\w*$/, nameMessage);

const renames = (example: string, keys: RegExp) => {
  const allowed = `give the names as they are and the new ones, such as { ${example} }`;
  return z.record(z.string().regex(keys, allowed), newName, allowed).default({});
};

const memberPattern = /^[A-Za-z_]\w*\.\w+$/;

/** New names by the schema coordinates of what is renamed. */
export const renameSection = z
  .strictObject(
    {
      types: renames('Product: "Article"', /^[A-Za-z_]\w*$/),
      fields: renames('"User.avatarUrl": "picture"', memberPattern),
      arguments: renames('"Query.users(first:)": "limit"', /^[A-Za-z_]\w*\.\w+\(\w+:\)$/),
      inputFields: renames('"UserInput.userId": "id"', memberPattern),
      values: renames('"Status.LIVE": "ACTIVE"', memberPattern),
    },
    'give an object such as { types: { Product: "Article" } }',
  )
  .prefault({});

const prefixMessage =
  'give a prefix of letters, digits and "_" that does not begin with a digit or "__", such as "shop_"';
const prefix = z.string(prefixMessage).regex(/^(?!__)[A-Za-z_]\w*$/, prefixMessage);

/** Transforms of a service's schema: renames and exclusions, as schema coordinates in the service's names. */
export const transformsSection = z.strictObject(
  {
    /**
     * Prefix for the names of all types and root fields, or of one of both; parts that `rename` names do not get it.
     */
    prefix: z
      .union([prefix, z.strictObject({ types: prefix.optional(), rootFields: prefix.optional() })], {
        error: 'give a prefix such as "shop_", or { types: "Shop", rootFields: "shop_" }',
      })
      .optional(),
    rename: renameSection,
    /** Schema parts that the graph does not have. */
    exclude: patterns.default([]),
  },
  'give an object such as { prefix: "shop_" }',
);

export type Rename = z.output<typeof renameSection>;

export type Transforms = z.output<typeof transformsSection>;
