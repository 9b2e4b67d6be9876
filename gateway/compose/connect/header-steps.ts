// Header fields in mappings: `$request.headers.x` is the value of the field, whose name has no case. Longer paths have
// the list of its values, as there: `$request.headers.x->last`.
import type { Expression, Mapping, PathExpression, Step, SubSelection } from '../../transport/rest/mapping/syntax.ts';

export function withHeaderValues(mapping: Mapping): Mapping {
  return mapping.kind === 'value'
    ? { kind: 'value', value: pathWith(mapping.value) }
    : { kind: 'fields', selection: selectionWith(mapping.selection) };
}

export function expressionWithHeaders(expression: Expression): Expression {
  switch (expression.kind) {
    case 'literal':
      return expression;
    case 'list':
      return { ...expression, items: expression.items.map(expressionWithHeaders) };
    case 'object': {
      const properties = expression.properties.map(({ name, value }) => ({
        name,
        value: expressionWithHeaders(value),
      }));
      return { ...expression, properties };
    }
    case 'path':
      return pathWith(expression);
  }
}

function pathWith(path: PathExpression): PathExpression {
  const { head, selection } = path;
  const steps = path.steps.map(
    (step): Step => (step.kind === 'method' ? { ...step, args: step.args.map(expressionWithHeaders) } : step),
  );
  const [headers, name] = steps;
  const isMessage = head.kind === 'variable' && (head.name === 'request' || head.name === 'response');
  if (isMessage && headers?.kind === 'property' && name?.kind === 'property') {
    steps[1] = { ...name, name: name.name.toLowerCase() };
    if (steps.length === 2) steps.push({ kind: 'method', name: 'first', args: [], offset: name.offset });
  }
  return {
    ...path,
    steps,
    head: head.kind === 'expression' ? { ...head, expression: expressionWithHeaders(head.expression) } : head,
    selection: selection && selectionWith(selection),
  };
}

function selectionWith(selection: SubSelection): SubSelection {
  return { ...selection, fields: selection.fields.map((field) => ({ ...field, value: pathWith(field.value) })) };
}
