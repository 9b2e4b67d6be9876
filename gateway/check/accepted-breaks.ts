// Accepted breaks: intended breaks of clients' operations, with reason, owner and expiry, from a file in YAML or JSON that is
// reviewed with the change.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { check } from '../config/checked.ts';
import { ConfigError, type ConfigProblem, unusableFile } from '../config/config-error.ts';
import { nonEmpty } from '../config/values.ts';
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
  const source = relative(process.cwd(), file) || file;
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const placeOf = (offset: number) => {
    const { line, col: column } = lines.linePos(offset);
    return { line, column };
  };
  const [syntax] = document.errors;
  if (syntax) throw unusableFile(source, `is not valid YAML: ${syntax.message}`, placeOf(syntax.pos[0]));
  const at = (keys: readonly PropertyKey[]) => placeOf(offsetOf(document, keys));
  const { data, problems } = check(fileSchema, document.toJS() ?? [], { source });
  const entries = problems.length > 0 ? [] : (data ?? []).map((entry, index) => ({ ...entry, file, ...at([index]) }));
  const unknown = entries.flatMap(({ client }, index): ConfigProblem[] => {
    if (clients.includes(client)) return [];
    const message = `there is no client ${client}${nearOrKnown(client, clients)}`;
    return [{ source, path: `[${index}].client`, keys: [index, 'client'], message }];
  });
  const all = [...problems, ...unknown].map((problem) => ({ ...problem, ...at(problem.keys ?? []) }));
  if (all.length === 0) return entries;
  const listed = all.map(({ line, column, message }) => `${source}:${line}:${column}: ${message}`);
  throw new ConfigError(listed.join('\n'), { problems: all });
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

/** Of the value at the path, or of the nearest one around it that the file has. */
function offsetOf(document: Document.Parsed, keys: readonly PropertyKey[]): number {
  for (let length = keys.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && dayOf(time) === text;
}
