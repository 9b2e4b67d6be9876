// Owner of a cached entry: the caller whose data it may have. Entries of one owner have a tag in common, by which all of
// them become stale, and are indexed in Redis, so that they can be deleted.
import { hash } from 'node:crypto';

/** No name of a type begins with it: tags of owners cannot collide with those of objects. */
const PREFIX = '@';

/**
 * The tag of an owner: a hash of the subject. Callers of several issuers with one subject share it, which makes more stale
 * at most.
 */
export function ownerTag(subject: string): string {
  return `${PREFIX}${ownerHash(subject)}`;
}

export function ownerHash(subject: string): string {
  return hash('sha256', subject).slice(0, 32);
}

export function isOwnerTag(tag: string | undefined): boolean {
  return tag?.startsWith(PREFIX) === true;
}

/** The tag of an entry's owner, which is its last one; undefined without an owner. */
export function ownerOf(tags: readonly string[]): string | undefined {
  const last = tags.at(-1);
  return isOwnerTag(last) ? last : undefined;
}

/** The tags of an entry's data. */
export function withoutOwner(tags: readonly string[]): readonly string[] {
  return ownerOf(tags) === undefined ? tags : tags.slice(0, -1);
}
