// Accepted breaks: intended breaks of clients' operations, with reason, owner and expiry, from a file in YAML or JSON that is
// reviewed with the change.
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { nonEmpty } from '../config/values.ts';
import { readYamlFile } from '../config/yaml-file.ts';
import { nearOrKnown } from '../did-you-mean.ts';
import type { SourceLocation } from '../persisted-documents/documents-error.ts';
import { type Day, dayOf } from '../telemetry/usage/usage-record.ts';
import { isWithin } from '../telemetry/usage/usage-report.ts';

const dayMessage = 'give the last day on which it is accepted, such as "2027-01-31"';

const entrySchema = z.strictObject(
  {
    coordinate: z
      .string('give the coordinate that breaks, in the names of the graph')
      .regex(
        /^\w+(\.\w+(\(\w+:\))?)?$/,
        'give a coordinate such as Product, Product.rating or "Query.products(first:)"',
      ),
    client: nonEmpty('give the client whose operations may break, as its folder is named'),
    operation: nonEmpty('give the name of an operation, or leave it out for all of the client').optional(),
    reason: nonEmpty('give the reason'),
    owner: nonEmpty('give the team or person that is responsible'),
    expires: z.string(dayMessage).refine(isDay, dayMessage),
  },
  'give an object with coordinate, client, reason, owner and expires',
);

const fileSchema = z.array(entrySchema, 'give a list of accepted breaks');

/** An entry, with its place in the file. */
export interface AcceptedBreak extends z.output<typeof entrySchema>, SourceLocation {}

/**
 * The entries of the file; none where it does not exist.
 * @param clients names of the clients that are checked.
 * @throws ConfigError with every problem, each with line and column.
 */
export function readAcceptedBreaks(file: string, clients: readonly string[]): AcceptedBreak[] {
  if (!existsSync(file)) return [];
  const { value, placeOf, errorOf } = readYamlFile(file, fileSchema, []);
  const unknown = value.flatMap(({ client }, index) =>
    clients.includes(client)
      ? []
      : { keys: [index, 'client'], message: `there is no client ${client}${nearOrKnown(client, clients)}` },
  );
  if (unknown.length > 0) throw errorOf(unknown);
  return value.map((entry, index) => ({ ...entry, file, ...placeOf([index]) }));
}

/** Whether it is in force on this day. */
export function isInForce({ expires }: AcceptedBreak, today: Day): boolean {
  return today <= expires;
}

/** The entry that accepts a break; undefined for none. */
export function acceptedBy(
  entries: readonly AcceptedBreak[],
  client: string,
  { operation, coordinates }: { operation: string; coordinates: readonly string[] },
): AcceptedBreak | undefined {
  return entries.find(
    (entry) =>
      entry.client === client &&
      (entry.operation === undefined || entry.operation === operation) &&
      coordinates.some((coordinate) => isWithin(coordinate, entry.coordinate)),
  );
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && dayOf(time) === text;
}
