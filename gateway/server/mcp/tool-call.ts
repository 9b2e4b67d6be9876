// Call of a tool: the operation of its trusted document, by the same pipeline as every other transport. Errors are a tool's
// own errors, which models read, with their codes; a partial result is one too.
import { requestError } from '../../errors.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { RequestContext } from '../../pipeline/request-context.ts';
import type { Result, Variables } from '../../pipeline/stages.ts';
import { Rejection } from '../../policy/rejection.ts';
import { type ProblemError, problemOf } from '../problem-response.ts';
import { dataText } from '../rest/data-text.ts';
import type { Tool } from './tools.ts';

/** Result of `tools/call` (Model Context Protocol, "CallToolResult"). */
export interface ToolResult {
  [name: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: true;
}

export interface ToolCall {
  tool: Tool;
  /** As the client wrote them, with every digit. */
  given: Variables;
  context: RequestContext;
  /** Of the request's body. */
  bytes: number;
}

const kinds = ['query', 'mutation'] as const;

export async function callTool({ tool, given, context, bytes }: ToolCall, pipeline: Pipeline): Promise<ToolResult> {
  const unknown = Object.keys(given).find((name) => !tool.variables.has(name));
  if (unknown !== undefined) {
    const message = `The tool ${tool.name} has no argument ${JSON.stringify(unknown.slice(0, 40))}.`;
    return failed([requestError('BAD_USER_INPUT', { message })], context);
  }
  const { id, name } = tool.document;
  const operation = { document: { documentId: id }, operationName: name, variables: given, bytes, kinds };
  const outcome = await pipeline.run(operation, context);
  if (outcome instanceof Rejection) return failed(outcome.errors, context, outcome.result.data);
  const result = outcome as Result;
  if (result.errors && result.errors.length > 0) return failed(result.errors, context, result.data);
  const text = String(dataText(result, null));
  return { content: [{ type: 'text', text }], structuredContent: parseJson(text) as Record<string, unknown> };
}

function failed(errors: readonly ProblemError[], context: RequestContext, data?: unknown): ToolResult {
  context.recordErrors(errors);
  const { code, detail, errors: all, data: partial } = problemOf(errors, undefined, data);
  const text = JSON.stringify({ code, detail, errors: all, ...(partial !== undefined && { data: partial }) });
  return { content: [{ type: 'text', text }], isError: true };
}
