// Configuration section `faults`, and the texts of faults: `products; delay=2s`, `orders; status=503`, `users; errors=10%`,
// `Product.price; null`. Callers have them in a request header, the configuration in a list.
import { z } from 'zod';
import { isProduction } from './environment.ts';
import { milliseconds, roleList, scopeList } from './values.ts';

export const faultHeader = 'x-concierge-fault';

/** A fault of a subgraph, or of a field. */
export interface Fault {
  /** As it was written, for responses, logs and messages. */
  text: string;
  /** A subgraph; or the type, or the subgraph, of `field`. */
  target: string;
  /** Null for the fault of a subgraph. */
  field: string | null;
  /** `null`: the value; `error`: a null with an error. Null for the fault of a subgraph. */
  effect: 'null' | 'error' | null;
  /** Milliseconds that requests to the subgraph wait before they are sent. */
  delay: number;
  /** HTTP status of those that fail; null where none does. */
  status: number | null;
  /** Share of the requests that fail, up to 1. */
  share: number;
}

/** Characters of a header, and faults in it. */
const MAX_TEXT = 1_000;
const MAX_FAULTS = 20;

/** Milliseconds. */
const MAX_DELAY = 60_000;

const ofSubgraphs = 'delay=2s (60s at most), status=503 (400 to 599) and errors=10%';

/**
 * Reads faults, with commas between them.
 * @returns the faults, or the problem: what is wrong, where, and what to write.
 */
export function parseFaults(text: string): Fault[] | string {
  if (text.length > MAX_TEXT) return `it has more than ${MAX_TEXT} characters`;
  const texts = text.split(',').map((each) => each.trim());
  if (texts.length > MAX_FAULTS) return `it has more than ${MAX_FAULTS} faults`;
  const faults: Fault[] = [];
  for (const each of texts) {
    const fault = parseFault(each);
    if (typeof fault === 'string') return `"${each}": ${fault}`;
    if (faults.some(({ target, field }) => target === fault.target && field === fault.field)) {
      return `"${each}": there is another fault of ${nameOf(fault)}; write one, such as "${nameOf(fault)}; delay=1s; errors=10%"`;
    }
    faults.push(fault);
  }
  return faults;
}

/** The target as it was written. */
export function nameOf({ target, field }: Fault): string {
  return field === null ? target : `${target}.${field}`;
}

function parseFault(text: string): Fault | string {
  const [name = '', ...effects] = text.split(';').map((part) => part.trim());
  const [, target, field] = /^([A-Za-z_][\w-]*)(?:\.([A-Za-z_]\w*))?$/.exec(name) ?? [];
  if (target === undefined)
    return `begin with a subgraph or a field, such as "products; delay=2s" or "Product.price; null"`;
  const fault: Fault = { text, target, field: field ?? null, effect: null, delay: 0, status: null, share: 1 };
  if (effects.length === 0) return `it has no effect; write ${exampleOf(fault)}`;
  const seen = new Set<string>();
  for (const effect of effects) {
    const problem = fault.field === null ? addToSubgraph(fault, effect) : addToField(fault, effect);
    if (problem !== null) return problem;
    const kind = effect.split('=', 1)[0]?.trim() ?? '';
    if (seen.has(kind)) return `"${kind}" stands there twice`;
    seen.add(kind);
  }
  // A share of requests fails in some way: as most services do.
  if (seen.has('errors')) fault.status ??= 500;
  return fault;
}

function exampleOf(fault: Fault): string {
  return fault.field === null
    ? `"${nameOf(fault)}; delay=2s"`
    : `"${nameOf(fault)}; null" or "${nameOf(fault)}; error"`;
}

/** @returns the problem with the effect; null without one. */
function addToField(fault: Fault, effect: string): string | null {
  if (effect !== 'null' && effect !== 'error') {
    return `"${effect}" is no effect on a field; fields have null or error, and subgraphs ${ofSubgraphs}`;
  }
  if (fault.effect !== null) return 'a field has either null or error';
  fault.effect = effect;
  return null;
}

function addToSubgraph(fault: Fault, effect: string): string | null {
  const [, kind, value = ''] = /^(\w+)\s*=\s*(\S+)$/.exec(effect) ?? [];
  if (kind === 'delay' && /^[1-9]\d{0,5}(ms|s)$/.test(value) && milliseconds(value) <= MAX_DELAY) {
    fault.delay = milliseconds(value);
  } else if (kind === 'status' && /^[45]\d\d$/.test(value)) fault.status = Number(value);
  else if (kind === 'errors' && /^\d{1,3}(\.\d{1,3})?%$/.test(value) && isShare(Number.parseFloat(value) / 100)) {
    fault.share = Number.parseFloat(value) / 100;
  } else {
    return `"${effect}" is no effect on a subgraph; subgraphs have ${ofSubgraphs}, and fields null or error`;
  }
  return null;
}

function isShare(share: number): boolean {
  return share > 0 && share <= 1;
}

const injected = z.string('give a list of faults such as "products; delay=200ms"').superRefine((text, context) => {
  const faults = parseFaults(text);
  if (typeof faults !== 'string') return;
  // The path and the text stand before the message already.
  context.addIssue({ code: 'custom', message: faults.replace(`"${text}": `, '') });
});

export const faultsSection = z
  .strictObject(
    {
      /**
       * All of these scopes are required of callers that send `x-concierge-fault`. Default: none.
       * @example ['faults']
       */
      scopes: scopeList.min(1, 'give scopes, or leave them out').optional(),
      /**
       * One of these roles is required of callers that send `x-concierge-fault`. Default: none.
       * @example ['qa']
       */
      roles: roleList.min(1, 'give roles, or leave them out').optional(),
      /**
       * Whether every caller may send `x-concierge-fault`: for tests. Rejected where `NODE_ENV` is "production". Default:
       * under `concierge dev` alone.
       * @example true
       */
      everyone: z
        .boolean('give true or false')
        .refine((everyone) => !everyone || !isProduction(), 'it is for tests: name roles or scopes in production')
        .optional(),
      /**
       * Faults of all requests, besides those that callers send; fields by the graph's names. While there are any, no
       * response is cached, and there is a warning at the start. Default: none.
       * @example ['products; delay=200ms', 'orders; errors=1%']
       */
      inject: z.array(injected, 'give a list of faults').min(1, 'give faults, or leave them out').optional(),
    },
    'give an object such as { roles: ["qa"] }',
  )
  .refine(
    ({ scopes, roles, everyone, inject }) => scopes || roles || everyone !== undefined || inject,
    'give roles or scopes of the callers that may inject faults, or faults for all requests: inject',
  );

export type FaultsConfig = z.output<typeof faultsSection>;
