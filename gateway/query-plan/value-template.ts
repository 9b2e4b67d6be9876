// Value template: an upstream variable that the gateway computes from a literal with client variables in it, where a
// service could not take the variables themselves. Everything that depends on the plan alone is text already.

import { ownValue } from '../json/json-values.ts';

/** Plain data. Numbers of the literal stay in the text in which the client wrote them. */
export type ValueTemplate =
  /** JSON text. */
  | string
  /** A client variable; `fallback` is its default. */
  | { variable: string; fallback: string | null }
  | { list: ValueTemplate[] }
  | { fields: [name: string, value: ValueTemplate][] };

/**
 * The value's JSON text; undefined where it is a variable without a value. Such a variable leaves out its field of an
 * object, and is null in a list (GraphQL specification, section 6.4.1, and its reference implementation for lists).
 * @param variables coerced, and still in the form in which clients send them.
 */
export function writeTemplate(
  template: ValueTemplate,
  variables: Readonly<Record<string, unknown>>,
): string | undefined {
  if (typeof template === 'string') return template;
  if ('variable' in template) {
    const value = ownValue(variables, template.variable);
    return value === undefined ? (template.fallback ?? undefined) : JSON.stringify(value);
  }
  if ('list' in template) return `[${template.list.map((item) => writeTemplate(item, variables) ?? 'null').join()}]`;
  const fields = template.fields.flatMap(([name, value]) => {
    const text = writeTemplate(value, variables);
    return text === undefined ? [] : `${JSON.stringify(name)}:${text}`;
  });
  return `{${fields.join()}}`;
}

/** The client variables in a template. */
export function templateVariables(template: ValueTemplate): string[] {
  if (typeof template === 'string') return [];
  if ('variable' in template) return [template.variable];
  if ('list' in template) return template.list.flatMap(templateVariables);
  return template.fields.flatMap(([, value]) => templateVariables(value));
}
