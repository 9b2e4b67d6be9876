// Shape of a mapping's result, as far as its text determines it: the service's own values are unknown. Lists arise from
// methods and literals; where a path goes through a value of the service, there may be one value or several.
import type {
  Expression,
  Head,
  Mapping,
  PathExpression,
  Step,
  SubSelection,
} from '../../transport/rest/mapping/syntax.ts';

export type Shape =
  | { kind: 'unknown' }
  | { kind: 'scalar'; value?: string | number | boolean }
  | { kind: 'null' }
  | { kind: 'object'; fields: ReadonlyMap<string, { shape: Shape; offset: number }> }
  | { kind: 'list'; item: Shape }
  /** One value, or a list of them. */
  | { kind: 'each'; item: Shape }
  | { kind: 'any'; of: readonly Shape[] };

export const unknown: Shape = { kind: 'unknown' };
export const scalar: Shape = { kind: 'scalar' };

export interface ShapeContext {
  /** The shape of a variable's property. Called for each use, with the steps after the variable. */
  variable(name: string, steps: readonly Step[], offset: number): Shape;
  problem(message: string, offset: number): void;
}

interface Values {
  /** `$` and `@`. */
  enclosing: Shape;
  current: Shape;
}

/** The shape of a mapping of a response. */
export function shapeOfMapping(mapping: Mapping, context: ShapeContext): Shape {
  const values = { enclosing: unknown, current: unknown };
  if (mapping.kind === 'value') return shapeOfPath(mapping.value, values, context);
  return selected(unknown, mapping.selection, context);
}

export function shapeOfExpression(
  expression: Expression,
  context: ShapeContext,
  values: Values = { enclosing: unknown, current: unknown },
): Shape {
  switch (expression.kind) {
    case 'literal':
      return expression.value === null ? { kind: 'null' } : { kind: 'scalar', value: expression.value };
    case 'list': {
      const items = expression.items.map((item) => shapeOfExpression(item, context, values));
      return { kind: 'list', item: items.length === 1 ? (items[0] as Shape) : { kind: 'any', of: items } };
    }
    case 'object': {
      const fields = expression.properties.map(
        ({ name, value }) =>
          [name, { shape: shapeOfExpression(value, context, values), offset: value.offset }] as const,
      );
      return { kind: 'object', fields: new Map(fields) };
    }
    case 'path':
      return shapeOfPath(expression, values, context);
  }
}

function shapeOfPath({ head, steps, selection, offset }: PathExpression, values: Values, context: ShapeContext): Shape {
  let shape = shapeOfHead(head, steps, offset, values, context);
  // The context has read the property of the variable, and what follows it.
  const rest = head.kind === 'variable' ? steps.slice(steps.findIndex((step) => step.kind === 'method')) : steps;
  const left = head.kind === 'variable' && !steps.some((step) => step.kind === 'method') ? [] : rest;
  for (const step of left) shape = shapeOfStep(shape, step, values, context);
  return selection ? selected(shape, selection, context) : shape;
}

function shapeOfHead(head: Head, steps: readonly Step[], offset: number, values: Values, context: ShapeContext): Shape {
  switch (head.kind) {
    case 'enclosing':
      return values.enclosing;
    case 'current':
      return values.current;
    case 'variable':
      return context.variable(head.name, steps, offset);
    case 'expression':
      return shapeOfExpression(head.expression, context, values);
  }
}

function shapeOfStep(shape: Shape, step: Step, values: Values, context: ShapeContext): Shape {
  if (step.kind === 'property') return propertyOf(shape, step, context);
  const args = (current: Shape) =>
    step.args.map((argument) => shapeOfExpression(argument, context, { ...values, current }));
  switch (step.name) {
    case 'map': {
      const [item = unknown] = args(itemOf(shape));
      return { kind: 'list', item };
    }
    case 'match': {
      const results = step.args.flatMap((one) => {
        const last = one.kind === 'list' ? one.items.at(-1) : undefined;
        if (one.kind === 'list') for (const item of one.items.slice(0, -1)) shapeOfExpression(item, context, values);
        return last ? [shapeOfExpression(last, context, { ...values, current: shape })] : [];
      });
      return { kind: 'any', of: results };
    }
    case 'first':
    case 'last':
    case 'get':
      args(shape);
      return itemOf(shape);
    case 'slice':
      args(shape);
      return shape;
    case 'entries': {
      const entry = { key: { shape: scalar, offset: step.offset }, value: { shape: unknown, offset: step.offset } };
      return { kind: 'list', item: { kind: 'object', fields: new Map(Object.entries(entry)) } };
    }
    case 'jsonParse':
      return unknown;
    default:
      args(shape);
      return scalar;
  }
}

function itemOf(shape: Shape): Shape {
  if (shape.kind === 'list' || shape.kind === 'each') return shape.item;
  return shape.kind === 'any' ? { kind: 'any', of: shape.of.map(itemOf) } : shape;
}

function propertyOf(shape: Shape, step: Step & { kind: 'property' }, context: ShapeContext): Shape {
  switch (shape.kind) {
    case 'unknown':
    case 'null':
      return shape;
    case 'scalar':
      context.problem(`"${step.name}" is read of a text, a number or a boolean`, step.offset);
      return unknown;
    case 'object': {
      const field = shape.fields.get(step.name);
      if (!field) context.problem(`"${step.name}" is read of an object without it`, step.offset);
      return field?.shape ?? unknown;
    }
    case 'list':
    case 'each':
      return { kind: shape.kind, item: propertyOf(shape.item, step, context) };
    case 'any':
      return { kind: 'any', of: shape.of.map((one) => propertyOf(one, step, context)) };
  }
}

/** A selection applies to each object of a list. */
function selected(shape: Shape, selection: SubSelection, context: ShapeContext): Shape {
  switch (shape.kind) {
    case 'list':
    case 'each':
      return { kind: shape.kind, item: selected(shape.item, selection, context) };
    case 'any':
      return { kind: 'any', of: shape.of.map((one) => selected(one, selection, context)) };
    case 'unknown':
      return { kind: 'each', item: objectOf(unknown, selection, context) };
    default:
      return objectOf(shape, selection, context);
  }
}

function objectOf(enclosing: Shape, { fields }: SubSelection, context: ShapeContext): Shape {
  const shapes = new Map<string, { shape: Shape; offset: number }>();
  for (const { name, value, offset } of fields) {
    const shape = shapeOfPath(value, { enclosing, current: enclosing }, context);
    if (name !== null) {
      shapes.set(name, { shape, offset });
      continue;
    }
    const inside = shape.kind === 'each' ? shape.item : shape;
    if (inside.kind === 'object') for (const [each, field] of inside.fields) shapes.set(each, field);
    else context.problem('a path without a name brings the properties of one object: give it a name', offset);
  }
  return { kind: 'object', fields: shapes };
}
