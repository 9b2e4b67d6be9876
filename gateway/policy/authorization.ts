// Authorization: may who asks have what the operation asks for. Answers with what is denied; nothing has been fetched yet.
import { LruMap } from '../cache/lru-map.ts';
import type { Requirement } from '../compose/rules.ts';
import type { PolicyFunction } from '../config/config.ts';
import type { GatewayContext, Identity } from '../config/context.ts';
import { type DeniedField, DeniedFields, noDeniedFields } from '../query-plan/denied-fields.ts';
import type { Analysis } from './analysis.ts';

export interface AuthorizationOptions {
  policies: Readonly<Record<string, PolicyFunction>>;
  /** Told when a policy throws; it counts as a no. */
  onPolicyError(policy: string, error: unknown): void;
  /** Whether tokens of the development key are accepted: errors for anonymous callers then say how to get one. */
  development?: boolean;
}

/** Judgements of one operation are cached for this many different sets of scopes. */
const MAX_JUDGEMENTS = 100;

const unauthenticated: DeniedField = {
  message: 'Authentication required: the request has no credentials.',
  extensions: { code: 'UNAUTHENTICATED' },
};
const unauthenticatedInDevelopment: DeniedField = {
  ...unauthenticated,
  message:
    'Authentication required. Choose a user at the top of GraphiQL, or send a token of `concierge token --sub <id>`.',
};
const forbidden: DeniedField = { message: 'You may not have this.', extensions: { code: 'FORBIDDEN' } };

export class Authorization {
  readonly #options: AuthorizationOptions;
  /** What an operation's guards say, by the scopes and the answers of policies. */
  readonly #judgements = new WeakMap<Analysis, LruMap<DeniedFields>>();
  /** A policy is asked once per request, however many operations and fields want it. */
  readonly #responses = new WeakMap<GatewayContext, Map<string, Promise<boolean>>>();

  readonly #unauthenticated: DeniedField;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
    this.#unauthenticated = options.development ? unauthenticatedInDevelopment : unauthenticated;
  }

  /** What of the operation is denied to who asks. At once, unless a policy takes its time. */
  judge(analysis: Analysis, context: GatewayContext): DeniedFields | Promise<DeniedFields> {
    if (analysis.fieldRequirements.size === 0 && analysis.typeRequirements.size === 0) return noDeniedFields;
    const { identity } = context;
    const wanted = policiesOf(analysis, identity);
    if (wanted.length === 0) return this.#judgement(analysis, identity, new Set());
    return Promise.all(wanted.map((policy) => this.#send(policy, context))).then((responses) =>
      this.#judgement(analysis, identity, new Set(wanted.filter((_, index) => responses[index]))),
    );
  }

  #judgement(analysis: Analysis, identity: Identity | null, policies: ReadonlySet<string>): DeniedFields {
    let judgements = this.#judgements.get(analysis);
    if (!judgements) {
      judgements = new LruMap({ maxEntries: MAX_JUDGEMENTS });
      this.#judgements.set(analysis, judgements);
    }
    const key = JSON.stringify([identity?.scopes ?? null, [...policies]]);
    let deniedFields = judgements.get(key);
    if (!deniedFields) {
      const scopes = new Set(identity?.scopes);
      const anonymous = identity ? null : this.#unauthenticated;
      deniedFields = toDeniedFields({
        fields: denied(analysis.fieldRequirements, anonymous, scopes, policies),
        types: denied(analysis.typeRequirements, anonymous, scopes, policies),
      });
      judgements.set(key, deniedFields);
    }
    return deniedFields;
  }

  #send(policy: string, context: GatewayContext): Promise<boolean> {
    let responses = this.#responses.get(context);
    if (!responses) {
      responses = new Map();
      this.#responses.set(context, responses);
    }
    let response = responses.get(policy);
    if (!response) {
      response = this.#decide(policy, context);
      responses.set(policy, response);
    }
    return response;
  }

  async #decide(policy: string, context: GatewayContext): Promise<boolean> {
    try {
      return (await this.#options.policies[policy]?.(context)) === true;
    } catch (error) {
      this.#options.onPolicyError(policy, error);
      return false;
    }
  }
}

/** Names of policies that the rules speak of and the configuration does not have. */
export function unknownPolicies(
  fieldRequirements: Iterable<readonly [string, Requirement]>,
  policies: Readonly<Record<string, unknown>>,
): { coordinate: string; policy: string }[] {
  return [...fieldRequirements].flatMap(([coordinate, requirement]) =>
    [...new Set(requirement.policies.flat(2))].flatMap((policy) =>
      Object.hasOwn(policies, policy) ? [] : [{ coordinate, policy }],
    ),
  );
}

function toDeniedFields(lists: { fields: Map<string, DeniedField>; types: Map<string, DeniedField> }): DeniedFields {
  return lists.fields.size === 0 && lists.types.size === 0 ? noDeniedFields : new DeniedFields(lists);
}

/** @param anonymous the denial for an anonymous caller; null where the caller is authenticated. */
function denied(
  fieldRequirements: ReadonlyMap<string, Requirement>,
  anonymous: DeniedField | null,
  scopes: ReadonlySet<string>,
  policies: ReadonlySet<string>,
): Map<string, DeniedField> {
  const found = new Map<string, DeniedField>();
  for (const [what, requirement] of fieldRequirements) {
    if (anonymous && requiresCaller(requirement)) found.set(what, anonymous);
    else if (!holds(requirement.scopes, scopes)) found.set(what, lackingScopes(requirement.scopes));
    else if (!holds(requirement.policies, policies)) found.set(what, anonymous ?? forbidden);
  }
  return found;
}

/** Every entry has a list of which all is held. */
function holds(entries: Requirement['scopes'], held: ReadonlySet<string>): boolean {
  return entries.every((lists) => lists.some((list) => list.every((name) => held.has(name))));
}

function lackingScopes(scopes: Requirement['scopes']): DeniedField {
  const wanted = scopes.map((lists) => lists.map((list) => list.join(' and ')).join(', or '));
  return {
    message: `You may not have this: it wants the scope ${wanted.join('; and ')}.`,
    extensions: { code: 'FORBIDDEN' },
  };
}

/** Those that can still change something: where a sign-in or a scope is lacking, no policy is asked. */
function policiesOf({ fieldRequirements, typeRequirements }: Analysis, identity: Identity | null): string[] {
  const scopes = new Set(identity?.scopes);
  const open = [...fieldRequirements.values(), ...typeRequirements.values()].filter((requirement) =>
    identity ? holds(requirement.scopes, scopes) : !requiresCaller(requirement),
  );
  return [...new Set(open.flatMap(({ policies }) => policies.flat(2)))];
}

/** A policy may say yes to anybody; a scope is held by somebody. */
function requiresCaller({ authenticated, scopes }: Requirement): boolean {
  return authenticated || scopes.length > 0;
}
