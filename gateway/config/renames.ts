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
      /**
       * New names of types. Default: none.
       * @example { Product: 'Article' }
       */
      types: renames('Product: "Article"', /^[A-Za-z_]\w*$/),
      /**
       * New names of fields. Default: none.
       * @example { 'User.avatarUrl': 'picture' }
       */
      fields: renames('"User.avatarUrl": "picture"', memberPattern),
      /**
       * New names of arguments. Default: none.
       * @example { 'Query.users(first:)': 'limit' }
       */
      arguments: renames('"Query.users(first:)": "limit"', /^[A-Za-z_]\w*\.\w+\(\w+:\)$/),
      /**
       * New names of input fields. Default: none.
       * @example { 'UserInput.userId': 'id' }
       */
      inputFields: renames('"UserInput.userId": "id"', memberPattern),
      /**
       * New names of enum values. Default: none.
       * @example { 'Status.LIVE': 'ACTIVE' }
       */
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
     * Default: none.
     * @example 'shop_'
     */
    prefix: z
      .union(
        [
          prefix,
          z.strictObject({
            /**
             * Prefix for the names of types. Default: none.
             * @example 'Shop'
             */
            types: prefix.optional(),
            /**
             * Prefix for the names of root fields. Default: none.
             * @example 'shop_'
             */
            rootFields: prefix.optional(),
          }),
        ],
        {
          error: 'give a prefix such as "shop_", or { types: "Shop", rootFields: "shop_" }',
        },
      )
      .optional(),
    /**
     * New names of single parts, by their coordinates. Default: none.
     * @example { types: { User: 'Customer' } }
     */
    rename: renameSection,
    /**
     * Schema parts that the graph does not have. Default: none.
     * @example ['Query.adminUsers']
     */
    exclude: patterns.default([]),
  },
  'give an object such as { prefix: "shop_" }',
);

export type Rename = z.output<typeof renameSection>;

export type Transforms = z.output<typeof transformsSection>;
