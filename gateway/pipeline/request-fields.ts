// Fields of a request's log line: as an object, for the lines of requests that are not ordinary and for other readers, and
// as the text of an ordinary request's line. The text is what JSON.stringify makes of the object, in half of the time.
import { hash } from 'node:crypto';
import type { Identity } from '../config/context.ts';
import type { LogConfig } from '../config/log.ts';
import type { Plan } from '../query-plan/plan.ts';
import { planId } from '../query-plan/plan-id.ts';
import { quoted, withoutControls } from '../telemetry/log-text.ts';
import type { MeasuredOperation } from '../telemetry/metrics/request-metrics.ts';
import type { SubgraphCall } from '../transport/subgraph-scope.ts';
import type { RequestEnd } from './recent-requests.ts';
import type { RequestContext } from './request-context.ts';

const MAX_USER_AGENT = 256;

/** Texts of durations are remembered up to so many tenths of a millisecond. */
const REMEMBERED_TENTHS = 10_000;

/** Parts of a line that requests for an operation have in common, and what they are made from. */
interface SameParts extends Pick<RequestEnd, 'method' | 'path' | 'status'> {
  client: string | null;
  name: string | undefined;
  plan: Plan | null;
  /** From the method to the client. */
  source: string;
  /** From the operation to the name of the duration. */
  operation: string;
}

export class RequestFields {
  readonly #hasPersonal: boolean;
  readonly #sample: number | undefined;
  readonly #hasDetails: boolean;
  readonly #planIds = new WeakMap<Plan, string>();
  readonly #latestParts = new WeakMap<MeasuredOperation, SameParts>();
  /** By subgraph. */
  readonly #callStarts = new Map<string, string>();

  constructor({ personal, sample, subgraphErrors }: Pick<LogConfig, 'personal' | 'sample' | 'subgraphErrors'>) {
    this.#hasPersonal = personal;
    this.#sample = sample < 1 ? sample : undefined;
    this.#hasDetails = subgraphErrors !== 'codes';
  }

  /** Times in milliseconds. */
  of(context: RequestContext, end: RequestEnd, duration: number): Record<string, unknown> {
    const { measured, cost, trace } = context;
    // One shape for all lines: JSON has no field that is undefined, and an object of optional parts takes three times as long.
    return {
      requestId: context.requestId,
      method: end.method,
      path: end.path,
      client: context.client ?? undefined,
      tenant: context.tenant?.name,
      address: this.#address(context),
      userAgent: this.#userAgent(context),
      caller: this.#caller(context),
      batch: context.isBatch ? context.operations : undefined,
      operation: context.isBatch ? undefined : context.operation,
      document: measured?.document,
      plan: this.#plan(context),
      status: end.status,
      duration: rounded(duration),
      bytes: end.bytes,
      cost: cost?.estimated,
      actualCost: cost?.actual ?? undefined,
      cache: context.cacheOutcome ?? undefined,
      errors: context.errorCodes,
      faults: context.faults?.texts,
      degraded: context.degraded ? Object.fromEntries(context.degraded) : undefined,
      wouldReject: context.measuredRejections?.all,
      trace_id: trace?.traceId,
      span_id: trace?.spanId,
      sample: this.#sample,
      calls: context.calls.map((call) => this.#call(call)),
    };
  }

  /**
   * The line of an ordinary request, with the message `request`.
   * @param context of no batch, and without errors, faults, fallbacks and measured rejections.
   * @param level and time as the log has them.
   */
  line(context: RequestContext, end: RequestEnd, duration: number, level: number, time: number): string {
    const { cost, trace } = context;
    const { source, operation } = this.#sameParts(context, end);
    let line = `{"level":${level},"time":${time},"requestId":${quoted(context.requestId)}${source}`;
    line += text(',"tenant":', context.tenant?.name);
    line += text(',"address":', this.#address(context));
    line += text(',"userAgent":', this.#userAgent(context));
    line += text(',"caller":', this.#caller(context));
    line += operation + tenths(duration);
    line += number(',"bytes":', end.bytes);
    line += number(',"cost":', cost?.estimated);
    line += number(',"actualCost":', cost?.actual);
    line += text(',"cache":', context.cacheOutcome);
    if (trace) line += `,"trace_id":"${trace.traceId}","span_id":"${trace.spanId}"`;
    line += number(',"sample":', this.#sample);
    return `${line},"calls":[${context.calls.map((call) => this.#callText(call)).join(',')}],"msg":"request"}\n`;
  }

  /** Those of the latest request for the operation, where they are the same. */
  #sameParts(context: RequestContext, { method, path, status }: RequestEnd): SameParts {
    const { measured, client, operation: name, plan } = context;
    const latest = measured ? this.#latestParts.get(measured) : undefined;
    if (
      latest?.method === method &&
      latest?.path === path &&
      latest.client === client &&
      latest.name === name &&
      latest.plan === plan &&
      latest.status === status
    ) {
      return latest;
    }
    const source = `${text(',"method":', method)},"path":${quoted(path)}${text(',"client":', client)}`;
    const document = `${text(',"document":', measured?.document)}${text(',"plan":', this.#plan(context))}`;
    const operation = `${text(',"operation":', name)}${document},"status":${status},"duration":`;
    const parts = { method, path, client, name, plan, status, source, operation };
    if (measured) this.#latestParts.set(measured, parts);
    return parts;
  }

  #address({ address }: RequestContext): string | undefined {
    return this.#hasPersonal && address !== '' ? address : undefined;
  }

  #userAgent({ requestHeaders }: RequestContext): string | undefined {
    return this.#hasPersonal ? requestHeaders['user-agent']?.slice(0, MAX_USER_AGENT) : undefined;
  }

  #caller({ identity }: RequestContext): string | undefined {
    return this.#hasPersonal && identity ? callerHash(identity) : undefined;
  }

  #plan({ plan }: RequestContext): string | undefined {
    if (!plan) return undefined;
    let id = this.#planIds.get(plan);
    if (id === undefined) {
      id = planId(plan);
      this.#planIds.set(plan, id);
    }
    return id;
  }

  #call({ subgraph, outcome, events, requests, attempts, queued, duration, detail }: SubgraphCall): object {
    return {
      ...{ subgraph, outcome, events, requests, attempts },
      queued: queued === undefined ? undefined : rounded(queued),
      duration: rounded(duration),
      detail: this.#hasDetails ? detail : undefined,
    };
  }

  #callText(call: SubgraphCall): string {
    const { subgraph, outcome, events, requests, attempts, queued, duration, detail } = call;
    if (outcome !== 'ok' || events !== undefined || requests !== undefined || detail !== undefined) {
      return withoutControls(JSON.stringify(this.#call(call)));
    }
    let start = this.#callStarts.get(subgraph);
    if (start === undefined) {
      start = `{"subgraph":${quoted(subgraph)},"outcome":"ok"`;
      this.#callStarts.set(subgraph, start);
    }
    if (attempts !== undefined) start += number(',"attempts":', attempts);
    if (queued !== undefined) start += `,"queued":${tenths(queued)}`;
    return `${start},"duration":${tenths(duration)}}`;
  }
}

/** A caller is the same one wherever its hash is the same. */
function callerHash({ key }: Identity): string {
  return hash('sha256', key).slice(0, 16);
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** A field, or nothing where it has no value. */
function text(name: string, value: string | null | undefined): string {
  return value === undefined || value === null ? '' : name + quoted(value);
}

function number(name: string, value: number | null | undefined): string {
  return value === undefined || value === null ? '' : name + (Number.isFinite(value) ? value : 'null');
}

const textsOfTenths: string[] = [];

/** As `rounded`: to make the text of a fraction takes longer than all else of a line. */
function tenths(milliseconds: number): string {
  const count = Math.round(milliseconds * 10);
  if (!(count >= 0 && count < REMEMBERED_TENTHS)) return Number.isFinite(count) ? String(count / 10) : 'null';
  textsOfTenths[count] ??= String(count / 10);
  return textsOfTenths[count];
}
