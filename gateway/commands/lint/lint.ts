// `concierge lint`: holds the services' SDL against the rules of the configuration. Exit code 1 with findings. Makes no requests
// to services, but for schemas that are fetched from them.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { GraphQLError, parse, Source } from 'graphql';
import { ComposeError } from '../../compose/compose-error.ts';
import { syntaxProblem } from '../../compose/sdl-problems.ts';
import type { CheckedConfig } from '../../config/config.ts';
import { type LintConfig, ownersOf } from '../../config/lint.ts';
import { shownFile } from '../../persisted-documents/documents-error.ts';
import { readSchema, type SchemaSource, schemaFiles } from '../../service-schema.ts';
import { dayOf } from '../../telemetry/usage/usage-record.ts';
import { isWithin } from '../../telemetry/usage/usage-report.ts';
import { type ComposableOptions, loadComposable } from '../composable.ts';
import { elementsOf, isRoot, type LintedSource, placeOf } from './elements.ts';
import { readOwners, staleEntries } from './owners.ts';
import { type RuleName, ruleNames, violationsOf } from './rules.ts';

export interface LintOptions extends ComposableOptions {
  rule?: RuleName[];
  json?: boolean;
}

/** One finding of `--json`; docs/checks.md has the shape. */
export interface LintFinding {
  rule: RuleName;
  /** Service; null for the file with owners. */
  service: string | null;
  /** Relative to the working directory; null for SDL that is in no file. */
  file: string | null;
  /** From 1, in the file or the SDL. */
  line: number;
  column: number;
  coordinate: string | null;
  message: string;
}

export async function lint({ rule = [], json = false, ...options }: LintOptions): Promise<void> {
  const { config, folder } = await loadComposable(options);
  const rules = { ...config.lint, ...Object.fromEntries(rule.map((name) => [name, config.lint[name] || true])) };
  const active = ruleNames.filter((name) => (rule.length > 0 ? rule.includes(name) : rules[name] !== false));
  const only = {
    ...rules,
    ...Object.fromEntries(ruleNames.map((name) => [name, active.includes(name) && rules[name]])),
  };
  const sources = active.length === 0 ? [] : sourcesOf(config, folder);
  const findings = lintSources(sources, only as LintConfig, folder);
  if (json) console.log(JSON.stringify({ version: 1, ok: findings.length === 0, rules: active, findings }, null, 2));
  else console.log(textOf(findings, active, sources));
  if (findings.length > 0) process.exitCode = 1;
}

function lintSources(sources: readonly LintedSource[], config: LintConfig, folder: string): LintFinding[] {
  const elements = elementsOf(sources);
  const file = ownersOf(config.owners)?.file;
  const owners = file === undefined ? null : readOwners(resolve(folder, file));
  const violations = violationsOf(elements, { config, owners, today: dayOf(Date.now()) });
  const findings = violations
    .filter(({ element }) => !config.ignore.some((ignored) => isWithin(element.coordinate, ignored)))
    .map(({ rule, element, definition, message }): LintFinding => {
      const { source } = definition;
      const known = { rule, service: source.name, file: source.file && shownFile(source.file) };
      return { ...known, ...placeOf(definition), coordinate: element.coordinate, message };
    });
  const types = elements.filter((element) => element.kind === 'types' && !isRoot(element)).map(({ name }) => name);
  const stale = (owners ? staleEntries(owners, types) : []).map(
    (entry): LintFinding => ({
      rule: 'owners',
      service: null,
      file: owners?.shown ?? null,
      coordinate: null,
      ...entry,
    }),
  );
  return [...findings, ...stale];
}

function textOf(
  findings: readonly LintFinding[],
  rules: readonly RuleName[],
  sources: readonly LintedSource[],
): string {
  if (rules.length === 0) {
    return `No rule is on: set \`lint\` in the configuration, or try them with --rule ${ruleNames.join(' ')}.`;
  }
  const services = new Set(sources.map(({ name }) => name)).size;
  const checked = `${count(services, 'service')}, ${count(rules.length, 'rule')}: ${rules.join(', ')}`;
  if (findings.length === 0) return `No findings (${checked}).`;
  const lines = findings.map(({ rule, service, file, line, column, coordinate, message }) => {
    const subject = coordinate === null ? '' : `${coordinate}: `;
    return `${file ?? service}:${line}:${column}: ${subject}${message} (${rule})`;
  });
  return [...lines, '', `${count(findings.length, 'finding')} (${checked}).`].join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The SDL of all services, and of the gateway's own fields; with a supergraph, that. @throws ComposeError */
function sourcesOf({ subgraphs, supergraph, fields }: CheckedConfig, folder: string): LintedSource[] {
  const own = fields ? [{ name: 'gateway', schema: fields.schema as SchemaSource, option: 'fields.schema' }] : [];
  const services = Object.entries(subgraphs).map(([name, { schema }]) => ({
    ...{ name, schema: schema as SchemaSource | undefined, option: `subgraphs.${name}.schema` },
  }));
  const whole =
    typeof supergraph === 'string' ? [{ name: 'supergraph', schema: supergraph, option: 'supergraph' }] : services;
  return [...whole, ...own].flatMap(({ name, schema, option }): LintedSource[] => {
    if (schema === undefined) return [];
    // Reports files that are not there.
    const sdl = readSchema(schema, folder, option);
    const files = schemaFiles(schema, folder, option);
    // The JSON of an introspection has no SDL to show a place in.
    const isShown = files.length > 0 && files.every((file) => !file.endsWith('.json'));
    if (!isShown) return [{ name, file: null, document: parsed(sdl, name) }];
    return files.map((file) => ({ name, file, document: parsed(readFileSync(file, 'utf8'), shownFile(file)) }));
  });
}

function parsed(sdl: string, name: string): LintedSource['document'] {
  try {
    return parse(new Source(sdl, name));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new ComposeError([syntaxProblem(error, name)], 'The SDL cannot be read:');
  }
}
