// Controls as JSON text: checked whole, against their form and the graph, with all problems at once.
import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import type { ZodType } from 'zod';
import { check } from '../../config/checked.ts';
import { ConfigError } from '../../config/config-error.ts';
import {
  type ControlConfig,
  type ControlsDocument,
  controlsDocument,
  requestedControls,
} from '../../config/controls.ts';
import { nearOrKnown } from '../../did-you-mean.ts';
import { parseJsonFile } from '../../json/json-syntax.ts';
import { decodeUtf8 } from '../../json/utf8.ts';

/** What fields and subgraphs have to exist in. */
export interface ControlledGraph {
  schema: GraphQLSchema;
  subgraphs: readonly string[];
}

/**
 * @param source of the text, for messages.
 * @param graph null where the names in it were checked by another instance, whose graph may be another one.
 * @throws ConfigError with all problems, one line each.
 */
export function parseControls(content: Buffer, source: string, graph: ControlledGraph | null): ControlConfig[] {
  return parseDocument(content, source, graph, controlsDocument).controls;
}

/**
 * As `parseControls`, for the body of a request, which may have the controls of the file as well: the body that a
 * request for the controls in force gets.
 * @param fromFile the controls of the file in force; a request cannot change them.
 */
export function parseRequestedControls(
  content: Buffer,
  graph: ControlledGraph,
  fromFile: readonly ControlConfig[],
): ControlConfig[] {
  const { controls, fromFile: given = [] } = parseDocument(content, 'the request', graph, requestedControls);
  const known = new Set(fromFile.map((control) => JSON.stringify(control)));
  const isChanged = given.some(
    (control) => Date.parse(control.expires) > Date.now() && !known.has(JSON.stringify(control)),
  );
  if (isChanged) {
    throw new ConfigError(
      'the request: fromFile has the controls of controls.file, which a request cannot change: change the file, or ' +
        'give them in "controls"',
    );
  }
  return controls;
}

function parseDocument<Document extends ControlsDocument>(
  content: Buffer,
  source: string,
  graph: ControlledGraph | null,
  form: ZodType<Document>,
): Document {
  const text = decodeUtf8(content);
  if (text === null) throw new ConfigError(`${source}: this is no UTF-8`);
  const { value, error: invalidAt } = parseJsonFile(text);
  if (invalidAt) {
    throw new ConfigError(`${source}:${invalidAt.line}:${invalidAt.column}: this is no JSON: ${invalidAt.reason}`);
  }
  const { data, problems: invalid } = check(form, value, { source });
  const given = givenControls(value);
  const problems = [
    ...invalid.map(({ message }) => message),
    ...duplicates(given),
    ...(graph ? given.flatMap((each, index) => unknownNames(each, index, graph)) : []),
  ];
  if (!data || problems.length > 0) {
    const heading = `${source}: ${problems.length === 1 ? '1 error' : `${problems.length} errors`}`;
    throw new ConfigError([heading, ...problems.map((problem) => `  ${problem}`)].join('\n'));
  }
  return data;
}

/** A control that may be of any form. */
interface Given {
  id?: unknown;
  target?: { field?: unknown; subgraph?: unknown } | null;
}

function givenControls(value: unknown): Given[] {
  const controls = (value as { controls?: unknown } | null)?.controls;
  return Array.isArray(controls) ? controls.map((each) => (each ?? {}) as Given) : [];
}

function duplicates(given: readonly Given[]): string[] {
  const ids = new Set<unknown>();
  return given.flatMap(({ id }, index) => {
    if (typeof id !== 'string') return [];
    if (ids.has(id)) return [`controls[${index}].id is ${JSON.stringify(id)}: another control has this id`];
    ids.add(id);
    return [];
  });
}

/** A control of what does not exist would have no effect. */
function unknownNames({ target }: Given, index: number, { schema, subgraphs }: ControlledGraph): string[] {
  const problems: string[] = [];
  const { field, subgraph } = target ?? {};
  const problem = (name: string, value: string, message: string) =>
    problems.push(`controls[${index}].target.${name} is ${JSON.stringify(value)}: ${message}`);
  if (typeof subgraph === 'string' && !subgraphs.includes(subgraph)) {
    problem('subgraph', subgraph, `there is no such subgraph${nearOrKnown(subgraph, subgraphs)}`);
  }
  if (typeof field !== 'string') return problems;
  const [typeName = '', name = ''] = field.split('.');
  const type = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) {
    problem('field', field, `the graph has no object type or interface ${typeName}`);
  } else if (!type.getFields()[name]) {
    problem('field', field, `the type has no such field${nearOrKnown(name, Object.keys(type.getFields()))}`);
  }
  return problems;
}
