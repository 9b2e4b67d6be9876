// Compiler of mappings: a syntax tree into functions. Where only some properties of the result are requested, only those
// are evaluated, and they get the names of the request.

import { setProperty } from '../../../json/json-values.ts';
import { NumberText } from '../../../json/number-text.ts';
import { isInherited } from '../../../json/own-properties.ts';
import { methods } from './methods.ts';
import type { Expression, Head, ListExpression, Mapping, PathExpression, Step, SubSelection } from './syntax.ts';
import { isObject, kindOf, MappingFailure } from './values.ts';

/** Values of `$args` and the other variables, by name; those that are absent are undefined. */
export type Variables = Readonly<Record<string, unknown>>;

/** @param enclosing the value of `$`. @param current the value of `@`. */
export type Evaluate = (enclosing: unknown, current: unknown, variables: Variables) => unknown;

/** A property of an object by its name, evaluated for the object's `$`; undefined for a name that the object lacks. */
export type PropertyCompiler = (name: string, requested: Requested | null) => Evaluate | undefined;

/** What is requested of the objects at the end of a mapping. */
export interface Requested {
  /** The function that makes an object of the request from the properties of a mapping's object. */
  object(properties: PropertyCompiler): Evaluate;
}

/** @param requested null for all properties. */
export function compileMapping(mapping: Mapping, requested: Requested | null): Evaluate {
  return mapping.kind === 'value'
    ? compilePath(mapping.value, requested)
    : overLists(compileSelection(mapping.selection, requested));
}

export function compileExpression(expression: Expression, requested: Requested | null = null): Evaluate {
  switch (expression.kind) {
    case 'literal':
      return () => expression.value;
    case 'list':
      return compileList(expression, requested);
    case 'object': {
      const properties = expression.properties.map(({ name, value }) => [name, value] as const);
      return requested
        ? requested.object((name, below) => {
            const value = properties.find(([known]) => known === name)?.[1];
            return value && compileExpression(value, below);
          })
        : plainObject(properties.map(([name, value]) => [name, compileExpression(value)]));
    }
    case 'path':
      return compilePath(expression, requested);
  }
}

function compileList({ items }: ListExpression, requested: Requested | null): Evaluate {
  const compiled = items.map((item) => compileExpression(item, requested));
  return (enclosing, current, variables) => compiled.map((item) => item(enclosing, current, variables) ?? null);
}

/** Absent properties are left out. */
function plainObject(properties: readonly (readonly [string, Evaluate])[]): Evaluate {
  return (enclosing, current, variables) => {
    const object: Record<string, unknown> = {};
    for (const [name, evaluate] of properties) {
      const value = evaluate(enclosing, current, variables);
      if (value !== undefined) setProperty(object, name, value);
    }
    return object;
  };
}

/** Names of properties, by the functions that read nothing but one property of `$`. */
const propertyReads = new WeakMap<Evaluate, string>();

/** The property of `$` that is all that an evaluation reads; null for others. */
export function propertyRead(evaluate: Evaluate): string | null {
  return propertyReads.get(evaluate) ?? null;
}

function compilePath({ head, steps, selection }: PathExpression, requested: Requested | null): Evaluate {
  const [step] = steps;
  const isProperty = head.kind === 'enclosing' && steps.length === 1 && step?.kind === 'property';
  if (isProperty && !selection && !requested) {
    const read = alongLists(step.name, (_enclosing, current) => current);
    const evaluate: Evaluate = (enclosing, _current, variables) => read(enclosing, enclosing, variables);
    if (!isInherited(step.name)) propertyReads.set(evaluate, step.name);
    return evaluate;
  }
  // What is requested reaches what makes the objects: the selection at the end, or else a literal or an argument.
  const maker = selection || !requested ? null : makerOf(head, steps);
  const start = compileHead(head, maker === -1 ? requested : null);
  const end = selection
    ? overLists(compileSelection(selection, requested))
    : requested && maker === null
      ? readObjects(requested)
      : null;
  let rest: Evaluate | null = end && ((_enclosing, current, variables) => end(current, current, variables));
  for (const [index, step] of [...steps.entries()].reverse()) {
    rest = compileStep(step, index === maker ? requested : null, rest);
  }
  if (!rest) return start;
  const tail = rest;
  const whole: Evaluate = (enclosing, current, variables) =>
    tail(enclosing, start(enclosing, current, variables), variables);
  if (!isProperty || !end || isInherited(step.name)) return whole;
  // A property with its selection, as most nested values are: without the steps of a path.
  return (enclosing, current, variables) => {
    if (!isObject(enclosing)) return whole(enclosing, current, variables);
    const value = enclosing[step.name];
    return end(value, value, variables);
  };
}

/** Methods that take objects out of lists, and leave them as they are. */
const preserving: ReadonlySet<string> = new Set(['first', 'last', 'slice', 'get']);

/**
 * Index of the step whose arguments make the objects of the path, -1 for the literal at its beginning; null where they are
 * those that the service sent.
 */
function makerOf(head: Head, steps: readonly Step[]): number | null {
  const index = steps.findLastIndex((step) => step.kind === 'property' || !preserving.has(step.name));
  const step = steps[index];
  if (!step) return head.kind === 'expression' ? -1 : null;
  return step.kind === 'method' && (step.name === 'map' || step.name === 'match') ? index : null;
}

function compileHead(head: Head, requested: Requested | null): Evaluate {
  switch (head.kind) {
    case 'enclosing':
      return (enclosing) => enclosing;
    case 'current':
      return (_enclosing, current) => current;
    case 'variable': {
      const { name } = head;
      return (_enclosing, _current, variables) => variables[name];
    }
    case 'expression':
      return compileExpression(head.expression, requested);
  }
}

/** The objects of a value as they are: those that the service sent, entries of objects, parsed JSON. */
function readObjects(requested: Requested): Evaluate {
  return overLists(
    requested.object((name, below) => {
      const read = below && readObjects(below);
      return (value, _current, variables) => {
        const property = propertyOf(value, name);
        return read ? read(property, property, variables) : property;
      };
    }),
  );
}

/** `$` is each element of a list. */
function overLists(evaluate: Evaluate): Evaluate {
  const each: Evaluate = (value, _current, variables) => {
    if (value === null || value === undefined) return value;
    if (!Array.isArray(value)) return evaluate(value, value, variables);
    const mapped: unknown[] = [];
    for (const item of value) mapped.push(each(item, item, variables) ?? null);
    return mapped;
  };
  return each;
}

function compileStep(step: Step, requested: Requested | null, rest: Evaluate | null): Evaluate {
  if (step.kind === 'property') {
    return alongLists(step.name, rest ?? ((_enclosing, current) => current));
  }
  const method = methods.get(step.name);
  if (!method) throw new Error(`->${step.name} has been parsed, and is not known`);
  const args = step.args.map((argument) =>
    step.name === 'match' && argument.kind === 'list'
      ? compileCase(argument, requested)
      : compileExpression(argument, requested),
  );
  return (enclosing, current, variables) => {
    let value: unknown = current;
    if (method.takesNull || (current !== null && current !== undefined)) {
      const bound = args.map((argument) => (each: unknown) => argument(enclosing, each, variables));
      value = method.apply(current, bound);
    }
    return rest ? rest(enclosing, value, variables) : value;
  };
}

/** The candidate is compared, and the result is requested. */
function compileCase({ items }: ListExpression, requested: Requested | null): Evaluate {
  const compiled = items.map((item, index) => compileExpression(item, index === items.length - 1 ? requested : null));
  return (enclosing, current, variables) => compiled.map((item) => item(enclosing, current, variables));
}

/** A property, and of a list that of each element, with the rest of the path for each of them. */
function alongLists(name: string, rest: Evaluate): Evaluate {
  const each: Evaluate = (enclosing, current, variables) => {
    if (!Array.isArray(current)) return rest(enclosing, propertyOf(current, name), variables);
    const mapped: unknown[] = [];
    for (const item of current) mapped.push(each(enclosing, item, variables) ?? null);
    return mapped;
  };
  return each;
}

function propertyOf(value: unknown, name: string): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object' || value instanceof NumberText) {
    throw new MappingFailure(`"${name}" is read of ${kindOf(value)}`);
  }
  if (isInherited(name) && !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function compileSelection({ fields }: SubSelection, requested: Requested | null): Evaluate {
  if (requested) return requested.object((name, below) => compileField(fields, name, below));
  const parts = fields.map(({ name, value }) => [name, compilePath(value, null)] as const);
  return (enclosing, current, variables) => {
    const object: Record<string, unknown> = {};
    for (const [name, evaluate] of parts) {
      const value = evaluate(enclosing, current, variables);
      if (name !== null) {
        if (value !== undefined) object[name] = value;
      } else if (isObject(value)) Object.assign(object, value);
      else if (value !== null && value !== undefined) throw notOneObject(value);
    }
    return object;
  };
}

/** The last one of a name, as in an object. */
function compileField(fields: SubSelection['fields'], name: string, below: Requested | null): Evaluate | undefined {
  for (const field of fields.toReversed()) {
    if (field.name === name) return compilePath(field.value, below);
    if (field.name !== null) continue;
    const { selection, ...path } = field.value;
    const inside = selection && compileField(selection.fields, name, below);
    if (!inside) continue;
    const start = compilePath({ ...path, selection: null }, null);
    return (enclosing, current, variables) => {
      const value = start(enclosing, current, variables);
      if (value === null || value === undefined) return undefined;
      if (Array.isArray(value)) throw notOneObject(value);
      return inside(value, value, variables);
    };
  }
  return undefined;
}

function notOneObject(value: unknown): MappingFailure {
  return new MappingFailure(`a path without a name brings the properties of one object, not of ${kindOf(value)}`);
}
