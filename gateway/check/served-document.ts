// Service of a document: the reason where it is rejected, and what the rules of the graph require of its callers. Compared
// before and after a change: a document that is served on other terms breaks, though it stays valid.
import type { RateLimit } from '../compose/rate-limit-rules.ts';
import type { Requirement } from '../compose/requirements.ts';
import type { ManifestDocument } from '../persisted-documents/manifest.ts';
import { addedRequirement, isStricterLimit, limitText } from './rule-changes.ts';

/** A reason for which every request for the document is rejected, whatever its variables. */
export interface KnownRejection {
  /** As in the error's extensions. */
  code: string;
  message: string;
  /** Of the place in the document's text; null for the whole of it. */
  offset: number | null;
}

export interface ServedDocument {
  rejections: readonly KnownRejection[];
  /** By coordinate of the graph, or name of a type in it: what callers need for its fields, or objects of the type. */
  requirements: ReadonlyMap<string, Requirement>;
  /** By coordinate of the graph. */
  rateLimits: ReadonlyMap<string, readonly RateLimit[]>;
}

/** Runs what start and the request run, as far as it does not depend on the caller. */
export type ServeDocument = (document: ManifestDocument) => ServedDocument;

export interface ServedDifference {
  /** Follows the name of the coordinate, where there is one. */
  message: string;
  /** As in a rejection. */
  offset: number | null;
  /** Of the graph, where the use of one is the reason. */
  coordinate: string | null;
}

/**
 * Reasons for which a document is not served as before.
 * @param before null where it is unknown: then only rejections count.
 */
export function servedDifferences(before: (() => ServedDocument) | null, after: ServedDocument): ServedDifference[] {
  const { rejections, requirements, rateLimits } = after;
  if (rejections.length + requirements.size + rateLimits.size === 0) return [];
  const old = before?.() ?? null;
  const differences: ServedDifference[] = rejections
    .filter(({ code }) => !old?.rejections.some((rejection) => rejection.code === code))
    .map(({ message, offset }) => ({ message, offset, coordinate: null }));
  if (!old) return differences;
  for (const [coordinate, requirement] of requirements) {
    const added = addedRequirement(old.requirements.get(coordinate), requirement);
    if (added) differences.push({ message: `requires ${added}`, offset: null, coordinate });
  }
  for (const [coordinate, limits] of rateLimits) {
    const stricter = limits.filter((limit) => isStricterLimit(old.rateLimits.get(coordinate) ?? [], limit));
    for (const limit of stricter) {
      differences.push({ message: `is limited to ${limitText(limit)}`, offset: null, coordinate });
    }
  }
  return differences;
}
