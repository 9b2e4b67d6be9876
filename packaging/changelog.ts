// Sections of `CHANGELOG.md`, by version. Changesets write them, before the first one that is there; changes from before
// changesets are in a section without a version, and get the next one.

const UNRELEASED = /^## \[Unreleased\]\n/m;

/**
 * The changelog with its unreleased section in that of a version, after what changesets have written there.
 * @throws Error where the version has no section.
 */
export function releaseUnreleased(changelog: string, version: string): string {
  const heading = UNRELEASED.exec(changelog);
  if (!heading) return changelog;
  const section = sectionAt(changelog, heading.index);
  const rest = changelog.slice(0, heading.index) + changelog.slice(heading.index + section.length);
  const text = section.slice(heading[0].length).trim();
  const released = versionSection(rest, version);
  return rest.replace(released, () => `${[released.trimEnd(), text].filter((part) => part !== '').join('\n\n')}\n\n`);
}

/** What the changelog has of a version, without the heading. @throws Error where it has no such section. */
export function releaseNotes(changelog: string, version: string): string {
  const section = versionSection(changelog, version);
  return `${section.slice(section.indexOf('\n')).trim()}\n`;
}

function versionSection(changelog: string, version: string): string {
  const start = changelog.split('\n').indexOf(`## ${version}`);
  if (start === -1) throw new Error(`CHANGELOG.md has no section "## ${version}": run npm run changeset:version.`);
  return sectionAt(changelog, changelog.split('\n').slice(0, start).join('\n').length + (start === 0 ? 0 : 1));
}

/** From a heading to the next one of its level, or to the end. */
function sectionAt(changelog: string, start: number): string {
  const next = changelog.indexOf('\n## ', start);
  return next === -1 ? changelog.slice(start) : changelog.slice(start, next + 1);
}
