// Authorization: the fields of an operation that its caller may not access, found before anything is fetched.
import { LruMap } from '../cache/lru-map.ts';
import type { Requirement } from '../compose/requirements.ts';
import type { PolicyFunction } from '../config/authorization.ts';
import type { GatewayContext, Identity } from '../config/context.ts';
import { errorExtensions } from '../errors.ts';
import { type DeniedField, DeniedFields, noDeniedFields } from '../query-plan/denied-fields.ts';
import type { Analysis } from './analysis.ts';

export interface AuthorizationOptions {
  policies: Readonly<Record<string, PolicyFunction>>;
  /** Called for each operation with fields that its caller may not access. */
  onDenied?: ((deniedFields: DeniedFields, context: GatewayContext) => void) | undefined;
  /** Called when a policy throws; access is denied then. */
  onPolicyError(policy: string, error: unknown): void;
  /** Whether tokens of the development key are accepted: errors for anonymous callers then explain how to get one. */
  development?: boolean;
}

/** Different sets of scopes and policies for which the denied fields of one operation are cached. */
const MAX_JUDGEMENTS = 100;

const unauthenticated: DeniedField = {
  message: 'Authentication required: the request has no valid credentials.',
  extensions: errorExtensions('UNAUTHENTICATED'),
};
const unauthenticatedInDevelopment: DeniedField = {
  ...unauthenticated,
  message:
    'Authentication required. Choose a user at the top of GraphiQL, or send a token of `concierge token --sub <id>`.',
};
const forbidden: DeniedField = {
  message: 'Not authorized to access this field.',
  extensions: errorExtensions('FORBIDDEN'),
};

export class Authorization {
  readonly #options: AuthorizationOptions;
  /** Denied fields of an operation, by scopes and the results of policies. */
  readonly #judgements = new WeakMap<Analysis, LruMap<DeniedFields>>();
  /** A policy is called once per request, however many operations and fields require it. */
  readonly #policyResults = new WeakMap<GatewayContext, Map<string, Promise<boolean>>>();
  /** Whether an operation has a field or type that requires a policy: most have none. */
  readonly #requiresPolicies = new WeakMap<Analysis, boolean>();
  /** Scopes as a part of cache keys; a verified token has one identity, for all of its requests. */
  readonly #scopeKeys = new WeakMap<Identity, string>();

  readonly #unauthenticated: DeniedField;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
    this.#unauthenticated = options.development ? unauthenticatedInDevelopment : unauthenticated;
  }

  /** The fields of the operation that are denied to the caller. Synchronous, unless a policy has to be awaited. */
  judge(analysis: Analysis, context: GatewayContext): DeniedFields | Promise<DeniedFields> {
    if (analysis.fieldRequirements.size === 0 && analysis.typeRequirements.size === 0) return noDeniedFields;
    const { identity } = context;
    const required = this.#hasPolicies(analysis) ? policiesOf(analysis, identity) : [];
    if (required.length === 0) return this.#reported(this.#judgement(analysis, identity, new Set()), context);
    return Promise.all(required.map((policy) => this.#resultOf(policy, context))).then((results) => {
      const allowed = new Set(required.filter((_, index) => results[index]));
      return this.#reported(this.#judgement(analysis, identity, allowed), context);
    });
  }

  #reported(deniedFields: DeniedFields, context: GatewayContext): DeniedFields {
    if (deniedFields !== noDeniedFields) this.#options.onDenied?.(deniedFields, context);
    return deniedFields;
  }

  #judgement(analysis: Analysis, identity: Identity | null, policies: ReadonlySet<string>): DeniedFields {
    let judgements = this.#judgements.get(analysis);
    if (!judgements) {
      judgements = new LruMap({ maxEntries: MAX_JUDGEMENTS });
      this.#judgements.set(analysis, judgements);
    }
    const scopeKey = identity ? this.#scopeKey(identity) : '';
    const key = policies.size === 0 ? scopeKey : `${scopeKey} ${JSON.stringify([...policies])}`;
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

  #hasPolicies(analysis: Analysis): boolean {
    let has = this.#requiresPolicies.get(analysis);
    if (has === undefined) {
      const requirements = [...analysis.fieldRequirements.values(), ...analysis.typeRequirements.values()];
      has = requirements.some(({ policies }) => policies.length > 0);
      this.#requiresPolicies.set(analysis, has);
    }
    return has;
  }

  #scopeKey(identity: Identity): string {
    let key = this.#scopeKeys.get(identity);
    if (key === undefined) {
      key = JSON.stringify(identity.scopes);
      this.#scopeKeys.set(identity, key);
    }
    return key;
  }

  #resultOf(policy: string, context: GatewayContext): Promise<boolean> {
    let results = this.#policyResults.get(context);
    if (!results) {
      results = new Map();
      this.#policyResults.set(context, results);
    }
    let result = results.get(policy);
    if (!result) {
      result = this.#decide(policy, context);
      results.set(policy, result);
    }
    return result;
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

/** Names of policies in the rules that the configuration does not define. */
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

/** @param anonymous the error for an anonymous caller; null where the caller is authenticated. */
function denied(
  fieldRequirements: ReadonlyMap<string, Requirement>,
  anonymous: DeniedField | null,
  scopes: ReadonlySet<string>,
  policies: ReadonlySet<string>,
): Map<string, DeniedField> {
  const found = new Map<string, DeniedField>();
  for (const [coordinate, requirement] of fieldRequirements) {
    if (anonymous && requiresIdentity(requirement)) found.set(coordinate, anonymous);
    else if (!holds(requirement.scopes, scopes)) found.set(coordinate, lackingScopes(requirement.scopes));
    else if (!holds(requirement.policies, policies)) found.set(coordinate, anonymous ?? forbidden);
  }
  return found;
}

/** Every entry has a list of names all of which are held. */
function holds(entries: Requirement['scopes'], held: ReadonlySet<string>): boolean {
  return entries.every((lists) => lists.some((list) => list.every((name) => held.has(name))));
}

function lackingScopes(scopes: Requirement['scopes']): DeniedField {
  const wanted = scopes.map((lists) => lists.map((list) => list.join(' and ')).join(', or '));
  return {
    message: `Not authorized to access this field: it requires the scope ${wanted.join('; and ')}.`,
    extensions: errorExtensions('FORBIDDEN'),
  };
}

/** Policies that can change the result: without the required identity or scopes, none is called. */
function policiesOf({ fieldRequirements, typeRequirements }: Analysis, identity: Identity | null): string[] {
  const scopes = new Set(identity?.scopes);
  const open = [...fieldRequirements.values(), ...typeRequirements.values()].filter((requirement) =>
    identity ? holds(requirement.scopes, scopes) : !requiresIdentity(requirement),
  );
  return [...new Set(open.flatMap(({ policies }) => policies.flat(2)))];
}

/** A policy may allow anonymous callers; a scope belongs to an identity. */
function requiresIdentity({ authenticated, scopes }: Requirement): boolean {
  return authenticated || scopes.length > 0;
}
