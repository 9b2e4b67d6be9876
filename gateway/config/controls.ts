// Controls: what operators reject, throttle or sample while the gateway runs, and the section `controls`, which names
// their file.
import { z } from 'zod';
import { filePath, nonEmpty, whole } from './values.ts';

export const controlsSection = z.strictObject(
  {
    /**
     * JSON file with controls, which is read again when it changes: within a second, a control is in force. Default:
     * none.
     * @example 'controls.json'
     */
    file: filePath.optional(),
  },
  'give an object such as { file: "controls.json" }',
);

/** Bounded, because requests are compared with each one. */
export const MAX_CONTROLS = 100;
/** Longest time that a control is in force, in days: what stays longer belongs into the configuration. */
export const MAX_DAYS = 30;

const short = (message: string, length = 256) => nonEmpty(message).max(length, `${message}, of ${length} characters`);
const share = 'give the share of operations that is executed, above 0 and below 1, such as 0.1';
const perSecond = 'give a number of operations for each second, above 0, such as 5 or 0.5';

const target = z
  .strictObject(
    {
      /** Name of an operation, or the id of its document: the SHA-256 of its text, in hexadecimal. */
      operation: short('give the name of an operation, or the SHA-256 of its document in hexadecimal').optional(),
      /** Client: the name of a client's folder, or what requests name as their client. */
      client: short('give the name of a client').optional(),
      /** Version that the client names. */
      version: short('give the version of the client').optional(),
      /** Caller: the hash that log lines have in `caller`, or the whole SHA-256 of the identity's key. */
      caller: z
        .string('give the hash of a caller, as log lines have it in "caller"')
        .regex(/^[0-9a-f]{16,64}$/, 'give the hash of a caller, as log lines have it in "caller"')
        .optional(),
      /** Name of an API key. */
      apiKey: short('give the name of an API key').optional(),
      /** Address of the client, or a range (CIDR). */
      address: z
        .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'give an address or range such as "203.0.113.0/24"')
        .optional(),
      /** Coordinate of a field, in the names of the graph. */
      field: z
        .string('give a field such as "Query.search"')
        .regex(/^[_A-Za-z]\w*\.[_A-Za-z]\w*$/, 'give a field such as "Query.search", in the names of the graph')
        .optional(),
      /** Name of a subgraph. */
      subgraph: short('give the name of a subgraph').optional(),
    },
    'give an object such as { "operation": "Search" }',
  )
  .refine((given) => Object.values(given).some((value) => value !== undefined), {
    message: 'give at least one of operation, client, caller, apiKey, address, field, subgraph',
  })
  .refine(({ version, client }) => version === undefined || client !== undefined, {
    path: ['version'],
    message: 'a version is that of a client: give "client" as well',
  });

const expires = 'give a time with its zone, such as "2027-01-31T00:00:00Z"';
const message = short('give the sentence that clients get', 500);

const common = {
  /** Name of the control, for the log and the metrics. */
  id: z
    .string('give a short name such as "stop-search"')
    .regex(/^[\w.:-]{1,64}$/, 'give a short name such as "stop-search": letters, digits, ".", ":", "-", at most 64'),
  /** Why it is in force, for the log. */
  reason: short('give the reason, for the log', 500),
  /** Person or team that is responsible, for the log. */
  owner: short('give the person or team that is responsible, for the log'),
  /** Time from which it is not in force any more; at most 30 days away. */
  expires: z.iso
    .datetime({ offset: true, error: expires })
    .refine((time) => Date.parse(time) <= Date.now() + MAX_DAYS * 86_400_000, {
      message: `give a time within ${MAX_DAYS} days`,
    }),
  /** Seconds after which clients may send the operation again, for `Retry-After`. */
  retryAfter: whole('give seconds as a whole number from 1 to 86400', 1, 86_400).optional(),
};

const control = z.discriminatedUnion(
  'action',
  [
    z.strictObject({ ...common, action: z.literal('reject'), target, message: message.optional() }),
    z.strictObject({
      ...common,
      action: z.literal('throttle'),
      target,
      message: message.optional(),
      /** Operations in each second: with Redis of all instances together, else of all workers of each. */
      perSecond: z.number(perSecond).gt(0, perSecond).max(1_000_000, perSecond),
    }),
    z.strictObject({
      ...common,
      action: z.literal('sample'),
      target,
      message: message.optional(),
      /** Share of operations that is executed. */
      share: z.number(share).gt(0, share).lt(1, share),
    }),
    z.strictObject({
      ...common,
      action: z.literal('read-only'),
      target: target.optional(),
      message: message.optional(),
    }),
    z.strictObject({ ...common, action: z.literal('maintenance'), target: target.optional(), message }),
  ],
  { error: 'give an object with "action": "reject", "throttle", "sample", "read-only" or "maintenance"' },
);

const controls = z.array(control, 'give a list of controls').max(MAX_CONTROLS, `give at most ${MAX_CONTROLS} controls`);
const documentMessage = 'give an object such as { "controls": [] }';

/** Content of `controls.file`. */
export const controlsDocument = z.strictObject({ controls }, documentMessage);

/** Content of a request to `/admin/controls`: also what such a request gets. */
export const requestedControls = z.strictObject(
  {
    controls,
    /** Those of the file, which a request cannot change. */
    fromFile: controls.optional(),
  },
  documentMessage,
);

export type ControlsDocument = z.output<typeof controlsDocument>;
export type ControlConfig = z.output<typeof control>;
export type ControlTarget = z.output<typeof target>;
