// Configuration section `lint`: the rules of `concierge lint`. None is on by default.
import { z } from 'zod';
import { filePath, nonEmpty } from './values.ts';

export const cases = ['PascalCase', 'camelCase', 'snake_case', 'CONSTANT_CASE'] as const;

export type Case = (typeof cases)[number];

const caseMessage = `give one of ${cases.map((name) => `"${name}"`).join(', ')}, or false`;
const nameCase = (usual: Case) => z.union([z.enum(cases), z.literal(false)], caseMessage).default(usual);

const namingMessage = 'give true or false, or an object such as { fields: "camelCase", enumValues: "CONSTANT_CASE" }';

const naming = z.strictObject(
  {
    /**
     * Of types. Default: PascalCase.
     * @example 'PascalCase'
     */
    types: nameCase('PascalCase'),
    /**
     * Of fields, and of those of input types. Default: camelCase.
     * @example 'snake_case'
     */
    fields: nameCase('camelCase'),
    /**
     * Of arguments. Default: camelCase.
     * @example false
     */
    arguments: nameCase('camelCase'),
    /**
     * Of enum values. Default: CONSTANT_CASE.
     * @example 'PascalCase'
     */
    enumValues: nameCase('CONSTANT_CASE'),
  },
  namingMessage,
);

const deprecationMessage = 'give true or false, or an object such as { date: false }';
const flag = (value: boolean) => z.boolean('give true or false').default(value);

const deprecation = z.strictObject(
  {
    /**
     * Whether `@deprecated` needs a reason. Default: true.
     * @example false
     */
    reason: flag(true),
    /**
     * Whether the reason needs the date of the removal, such as 2027-01-31. Default: true.
     * @example false
     */
    date: flag(true),
    /**
     * Whether what should have been removed by now is a finding. Default: false.
     * @example true
     */
    overdue: flag(false),
  },
  deprecationMessage,
);

export const describable = ['types', 'fields', 'arguments', 'inputFields', 'enumValues'] as const;

export type Describable = (typeof describable)[number];

const describableMessage = `give true or false, or a list of ${describable.map((name) => `"${name}"`).join(', ')}`;

const ownersMessage = 'give true or false, or an object such as { file: "schema/owners.yaml" }';

const owners = z.strictObject(
  {
    /**
     * File with the owners of types, in YAML or JSON: names, or patterns such as `Order*`, to owners. Default: none, owners are
     * in `@owner` alone.
     * @example 'schema/owners.yaml'
     */
    file: filePath.optional(),
  },
  ownersMessage,
);

export const lintSection = z
  .strictObject(
    {
      /**
       * Names of types, fields, arguments and enum values. Default: false; with true, those below.
       * @example { fields: 'snake_case' }
       */
      naming: z.union([z.boolean(), naming], namingMessage).default(false),
      /**
       * `@deprecated` has a reason, and the date of the removal. Default: false.
       * @example { date: false }
       */
      deprecation: z.union([z.boolean(), deprecation], deprecationMessage).default(false),
      /**
       * Each type has an owner: a directive `@owner` on one of its definitions, or an entry in a file. Default: false.
       * @example { file: 'schema/owners.yaml' }
       */
      owners: z.union([z.boolean(), owners], ownersMessage).default(false),
      /**
       * What has a description. Default: false; true: types and fields.
       * @example ['types', 'fields', 'arguments']
       */
      descriptions: z.union([z.boolean(), z.array(z.enum(describable))], describableMessage).default(false),
      /**
       * Coordinates without findings, with what is below them. Default: none.
       * @example ['Query.legacyOrders', 'V1Order']
       */
      ignore: z.array(nonEmpty('give coordinates such as "Product.rating"'), 'give a list of coordinates').default([]),
    },
    'give an object such as { naming: true, descriptions: true }',
  )
  .prefault({});

/** What a rule checks; null for one that is off. @param given as the configuration has it. */
export const namingOf = (given: z.output<typeof naming> | boolean): z.output<typeof naming> | null =>
  given === true ? naming.parse({}) : given || null;

export const deprecationOf = (given: z.output<typeof deprecation> | boolean): z.output<typeof deprecation> | null =>
  given === true ? deprecation.parse({}) : given || null;

export const ownersOf = (given: z.output<typeof owners> | boolean): z.output<typeof owners> | null =>
  given === true ? {} : given || null;

export const describedOf = (given: readonly Describable[] | boolean): readonly Describable[] | null =>
  given === true ? ['types', 'fields'] : given || null;

export type LintConfig = z.output<typeof lintSection>;
