// `concierge explain query.graphql`: how an operation would be answered. Asks no service.
import { readFileSync } from 'node:fs';
import { openComposition } from '../composition.ts';
import { loadConfig, type Overrides } from '../config/load.ts';
import { ConfigError } from '../config/mistakes.ts';
import { createEngine } from '../gateway.ts';
import { explainAsMermaid, explain as explainAsText } from '../plan/explain.ts';
import { PlanDeclined } from '../plan/planner.ts';
import { createLog } from '../telemetry/log.ts';

export interface ExplainOptions extends Overrides {
  operation?: string;
  variables: string;
  format: string;
}

const formats: Record<string, typeof explainAsText> = {
  text: explainAsText,
  mermaid: explainAsMermaid,
  json: (plan) => JSON.stringify(plan, null, 2),
};

export async function explain(file: string, options: ExplainOptions): Promise<void> {
  const format = formats[options.format];
  if (!format) throw new ConfigError(`--format is "${options.format}": give "text", "mermaid" or "json"`);
  const variables = readVariables(options.variables);
  const { config, folder } = await loadConfig(options);
  const composition = openComposition(config, folder);
  try {
    const engine = createEngine(composition.compose(), composition.clients, config, createLog({ level: 'silent' }));
    const document = engine.documents.get(readDocument(file));
    if (document.errors) {
      throw new ConfigError(document.errors.map((error) => `${file}: ${error.toString()}`).join('\n\n'));
    }
    const operation = document.operation(options.operation);
    if (!operation) {
      throw new ConfigError(
        `${file} has ${options.operation ? `no operation ${options.operation}` : 'not exactly one operation: name it with --operation'}`,
      );
    }
    const coerced = operation.coerce(engine.schema, variables);
    const conditions = 'values' in coerced ? coerced.values : variables;
    console.log(format(engine.plan(operation, conditions as Record<string, boolean>)));
  } catch (error) {
    if (!(error instanceof PlanDeclined)) throw error;
    throw new ConfigError(`${file} is left to stock execution: ${error.message}`);
  } finally {
    await composition.close();
  }
}

function readDocument(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function readVariables(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, in the same words as for JSON that is no object.
  }
  throw new ConfigError(`--variables is ${text}: give a JSON object`);
}
