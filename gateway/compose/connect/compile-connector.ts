// Compiles a connector: the texts of `@connect` and of its `@source` into what makes requests and reads responses, with
// every problem of them at its place.
import type { StringValueNode } from 'graphql';
import { neverSentReason } from '../../config/headers.ts';
import { FetchProfile } from '../../transport/fetch-profile.ts';
import type { Connector, UrlPart } from '../../transport/rest/connector.ts';
import { compileHeaders, type HeaderTemplate, parseHeaderValue } from '../../transport/rest/header-template.ts';
import { compileMapping, type Evaluate } from '../../transport/rest/mapping/compile.ts';
import { parseMapping } from '../../transport/rest/mapping/parser.ts';
import type { Expression, Mapping, PathExpression } from '../../transport/rest/mapping/syntax.ts';
import { kindOf, MappingFailure } from '../../transport/rest/mapping/values.ts';
import { formText } from '../../transport/rest/rest-call.ts';
import {
  checkedSegment,
  compileUrl,
  encode,
  parseUrlTemplate,
  printTemplate,
  type TemplatePart,
  textOf,
} from '../../transport/rest/url-template.ts';
import type { DeclaredConnector, DeclaredErrors, DeclaredHeader, DeclaredSource } from './connect-directives.ts';
import { expressionWithHeaders, withHeaderValues } from './header-steps.ts';
import type { Problems } from './problems.ts';
import { type Shape, shapeOfExpression, shapeOfMapping } from './shape.ts';
import type { VariableUses } from './variable-uses.ts';

/** Header fields that a connector may set though the gateway has them for other services. */
const formHeaders: ReadonlySet<string> = new Set(['accept', 'content-type']);

export interface CompiledConnector {
  connector: Connector;
  /** Of the selection's result. */
  shape: Shape;
}

export class ConnectorCompiler {
  readonly #problems: Problems;
  readonly #uses: VariableUses;
  readonly #coordinate: string;
  /** Names of header fields that the configuration sets. */
  readonly #fixed: ReadonlySet<string>;
  readonly #hasCustomScalars: boolean;

  /** @param hasCustomScalars whether values may be of custom scalars, whose numbers have any form. */
  constructor(
    coordinate: string,
    uses: VariableUses,
    problems: Problems,
    fixed: ReadonlySet<string>,
    hasCustomScalars: boolean,
  ) {
    this.#coordinate = coordinate;
    this.#uses = uses;
    this.#problems = problems;
    this.#fixed = fixed;
    this.#hasCustomScalars = hasCustomScalars;
  }

  /** Undefined where its selection or its URL cannot be read. */
  compile(declared: DeclaredConnector, source: DeclaredSource, isEntity: boolean): CompiledConnector | undefined {
    const url = this.#url(declared.url);
    const selection = this.#mapping(declared.selection, 'selection', true);
    const headers = [...this.#headers(source.headers), ...this.#headers(declared.headers)];
    const body = declared.body && this.#mapping(declared.body, 'body', false);
    const paths = [this.#path(source.path), ...(url ? [url.path] : []), this.#path(declared.path)];
    const queries = [
      this.#parameters(source.queryParams),
      ...(url ? [url.query] : []),
      this.#parameters(declared.queryParams),
    ];
    const errors = this.#errors(declared, source);
    if (declared.body && declared.method === 'GET') {
      this.#problems.at(declared.body, 'GET has no body: use queryParams, or POST');
    }
    if (!url || !selection) return undefined;
    const own = new Map(headers.map((header) => [header.name, header]));
    const type = own.get('content-type')?.value;
    const connector: Connector = {
      coordinate: this.#coordinate,
      method: declared.method,
      template: url.template,
      paths: paths.filter((part) => part !== null),
      queries: queries.filter((part) => part !== null),
      // Of a name, that of the connector; and the configuration's before both.
      headers: compileHeaders([...own.values()].filter(({ name }) => !this.#fixed.has(name))),
      body: body ? compileMapping(body.mapping, null) : null,
      isForm: Array.isArray(type) && /^application\/x-www-form-urlencoded\b/i.test(String(type[0])),
      selection: selection.mapping,
      ...errors,
      isEntity,
      changesTexts: changesTexts(selection.mapping),
      readsHeaders: this.#uses.readsHeaders,
      profile: new FetchProfile(
        declared.method === 'GET',
        this.#hasCustomScalars,
        `{ ${declared.method} ${this.#coordinate} }`,
      ),
    };
    return { connector, shape: selection.shape };
  }

  #mapping(node: StringValueNode, name: string, isResponse: boolean): { mapping: Mapping; shape: Shape } | undefined {
    const what = `${name} of ${this.#coordinate}`;
    const mapping = this.#problems.reading(node, what, parseMapping);
    if (!mapping) return undefined;
    const context = this.#uses.context(isResponse, (message, offset) =>
      this.#problems.inText(node, offset, what, message),
    );
    if (!isResponse) this.#checkRequest(mapping, node, what);
    return { mapping: withHeaderValues(mapping), shape: shapeOfMapping(mapping, context) };
  }

  /** A request has no value of its own: what is not of a variable or a literal is of nothing. */
  #checkRequest(mapping: Mapping, node: StringValueNode, what: string): void {
    const paths = mapping.kind === 'value' ? [mapping.value] : mapping.selection.fields.map(({ value }) => value);
    for (const { head, steps, selection, offset } of paths) {
      if (head.kind !== 'enclosing' || (steps.length === 0 && selection)) continue;
      const [step] = steps;
      const name = step?.kind === 'property' ? step.name : 'name';
      const message = `a request has no values of its own: write ${name}: $args.${name}, or another variable`;
      this.#problems.inText(node, offset, what, message);
    }
  }

  #url(node: StringValueNode): { path: UrlPart; query: UrlPart; template: string } | undefined {
    const what = `URL of ${this.#coordinate}`;
    const template = this.#problems.reading(node, what, parseUrlTemplate);
    if (!template) return undefined;
    const checked = (parts: readonly TemplatePart[]) => parts.map((part) => this.#part(part, node, what));
    const { path, query } = compileUrl({
      segments: template.segments.map(checked),
      parameters: template.parameters.map(({ name, value }) => ({
        name: checked(name),
        value: value && checked(value),
      })),
    });
    return { path, query, template: printTemplate(template, (expression) => textOfExpression(node.value, expression)) };
  }

  #part(part: TemplatePart, node: StringValueNode, what: string): TemplatePart {
    if (typeof part === 'string') return part;
    const problem = (message: string, offset: number) => this.#problems.inText(node, offset, what, message);
    const shape = shapeOfExpression(part, this.#uses.context(false, problem));
    if (shape.kind === 'list' || shape.kind === 'object') {
      const hint = shape.kind === 'list' ? 'join it, as in ->joinNotNull(",")' : 'name one of its properties';
      problem(
        `a text, a number or a boolean is needed, not ${shape.kind === 'list' ? 'a list' : 'an object'}: ${hint}`,
        part.offset,
      );
    }
    return expressionWithHeaders(part);
  }

  #headers(declared: readonly DeclaredHeader[]): HeaderTemplate[] {
    return declared.flatMap(({ name, value, from }): HeaderTemplate[] => {
      const key = name.value.toLowerCase();
      const isName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key);
      const reason = isName
        ? formHeaders.has(key)
          ? undefined
          : neverSentReason(key)
        : 'it is no name of a header field';
      if (reason !== undefined) {
        this.#problems.at(name, `the header ${name.value} cannot be set: ${reason}`);
        return [];
      }
      if (from) {
        const problem = this.#uses.headerProblem(from.value);
        if (problem !== undefined) this.#problems.at(from, problem);
        return [{ name: key, value: { from: from.value.toLowerCase() } }];
      }
      const what = `header ${name.value} of ${this.#coordinate}`;
      const parts = value && this.#problems.reading(value, what, parseHeaderValue);
      return parts ? [{ name: key, value: parts.map((part) => this.#part(part, value, what)) }] : [];
    });
  }

  /** Segments of the path that a mapping makes. */
  #path(node: StringValueNode | null): UrlPart | null {
    const read = node && this.#mapping(node, 'path', false);
    if (!read) return null;
    const evaluate = compileMapping(read.mapping, null);
    return (variables) => {
      const value = evaluate({}, {}, variables);
      if (!Array.isArray(value)) throw new MappingFailure(`a path is a list of segments, not ${kindOf(value)}`);
      return value.map((segment) => `/${checkedSegment(encode(textOf(segment) ?? ''))}`).join('');
    };
  }

  #parameters(node: StringValueNode | null): UrlPart | null {
    const read = node && this.#mapping(node, 'queryParams', false);
    if (!read) return null;
    const evaluate = compileMapping(read.mapping, null);
    return (variables) => formText(evaluate({}, {}, variables));
  }

  #errors(declared: DeclaredErrors, source: DeclaredErrors): Pick<Connector, 'errors' | 'isSuccess'> {
    const compiled = (name: 'message' | 'extensions' | 'isSuccess'): Evaluate | null => {
      const node = declared[name] ?? source[name];
      const what = name === 'isSuccess' ? name : `errors.${name}`;
      const read = node && this.#mapping(node, what, true);
      if (!read) return null;
      if (name !== 'extensions' && (read.mapping.kind === 'fields' || read.shape.kind === 'object')) {
        const needed = name === 'message' ? 'one text' : 'true or false';
        const path = node.value.trim();
        const hint = /^\w+$/.test(path) ? `: write $.${path}` : '';
        this.#problems.at(node, `${what} of ${this.#coordinate} is ${needed}, and this makes an object${hint}`);
      }
      return compileMapping(read.mapping, null);
    };
    return {
      errors: { message: compiled('message'), extensions: compiled('extensions') },
      isSuccess: compiled('isSuccess'),
    };
  }
}

/** The text of an expression, up to where it ends. */
function textOfExpression(text: string, { offset }: Expression): string {
  const end = text.indexOf('}', offset);
  return text.slice(offset, end === -1 ? undefined : end).trim();
}

/** Whether strings of the result are others than those of the response. */
function changesTexts(mapping: Mapping): boolean {
  const paths = mapping.kind === 'value' ? [mapping.value] : mapping.selection.fields.map(({ value }) => value);
  return paths.some(changesText);
}

const unchanging: ReadonlySet<string> = new Set(['first', 'last', 'slice', 'get']);

function changesText({ head, steps, selection }: PathExpression): boolean {
  if (head.kind !== 'enclosing' && head.kind !== 'current') return true;
  if (steps.some((step) => step.kind === 'method' && !unchanging.has(step.name))) return true;
  return selection?.fields.some(({ value }) => changesText(value)) ?? false;
}
