// Types of values as a configuration writes them, from the schema that checks them: as `z.input`, with the comments on each
// option, which that loses because it maps names of properties.
import type { z } from 'zod';

type Schema = z.core.$ZodType;
type Shape = Readonly<Record<string, Schema>>;

/** The value that a schema takes. */
export type Written<Of extends Schema> =
  Of extends z.ZodObject<infer Options extends Shape>
    ? WrittenObject<Options>
    : Of extends z.ZodOptional<infer Inner extends Schema>
      ? Written<Inner> | undefined
      : Of extends z.ZodDefault<infer Inner extends Schema> | z.ZodPrefault<infer Inner extends Schema>
        ? Written<Inner> | undefined
        : Of extends z.ZodPipe<infer Input extends Schema, infer _Output>
          ? Written<Input>
          : Of extends z.ZodArray<infer Item extends Schema>
            ? Written<Item>[]
            : Of extends z.ZodUnion<infer Alternatives extends readonly Schema[]>
              ? WrittenAlternative<Alternatives[number]>
              : Of extends z.ZodRecord<infer Name extends z.core.$ZodRecordKey, infer Value extends Schema>
                ? WrittenRecord<z.input<Name>, Value>
                : z.input<Of>;

type WrittenAlternative<Of extends Schema> = Of extends Schema ? Written<Of> : never;

/** Of listed names, each may be left out. */
type WrittenRecord<Name, Value extends Schema> = string extends Name
  ? Record<string, Written<Value>>
  : { [Each in Name & string]?: Written<Value> | undefined };

type OptionalNames<Options extends Shape> = {
  [Name in keyof Options]: Options[Name] extends { _zod: { optin: 'optional' | 'defaulted' } } ? Name : never;
}[keyof Options];

type WrittenObject<Options extends Shape> = Flat<
  { [Name in keyof Pick<Options, Exclude<keyof Options, OptionalNames<Options>>>]: Written<Options[Name]> } & {
    [Name in keyof Pick<Options, OptionalNames<Options>>]?: Written<Options[Name]>;
  }
>;

type Flat<Type> = { -readonly [Name in keyof Type]: Type[Name] };
