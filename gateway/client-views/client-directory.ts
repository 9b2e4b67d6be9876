// Client directory: finds a client's view by what requests call the client, its name or an alias, and by their version.
// The one place where a name becomes a client: for paths, header fields, HTTP and WebSockets.
import { didYouMean } from '../did-you-mean.ts';
import { newestLast, type Versioned, viewFor } from './versions.ts';

export interface ListedClient<View> extends Versioned {
  /** Name of the folder: `web`, or `web@1`. */
  reference: string;
  /** The reference without its version. */
  name: string;
  /** Other names of the client, of all its versions. */
  aliases: readonly string[];
  view: View;
}

/** A client as it is loaded. */
interface LoadedClient extends Pick<ListedClient<unknown>, 'reference' | 'name' | 'version'> {
  definition: { aliases: readonly string[] };
}

export class ClientDirectory<View> {
  /** By name and by alias. */
  readonly #byName = new Map<string, Views<View>>();
  readonly #names: readonly string[];

  /** @param clients without two that are called the same; see `sharedNames`. */
  constructor(clients: readonly ListedClient<View>[]) {
    for (const [name, versions] of Map.groupBy(clients, (client) => client.name)) {
      // The folder without a version is the current one, whatever the version in its file.
      const current = versions.filter(({ reference }) => reference === name);
      const views = new Views([...newestLast(versions.filter(({ reference }) => reference !== name)), ...current]);
      for (const each of [name, ...versions.flatMap(({ aliases }) => aliases)]) this.#byName.set(each, views);
    }
    this.#names = clients.map(({ reference }) => reference);
  }

  /** @param viewOf the view of a client by its reference; clients without one are not listed. */
  static of<View>(
    clients: readonly LoadedClient[],
    viewOf: (reference: string) => View | undefined,
  ): ClientDirectory<View> {
    const listed = clients.flatMap(({ reference, name, version, definition: { aliases } }) => {
      const view = viewOf(reference);
      return view === undefined ? [] : [{ reference, name, version, aliases, view }];
    });
    return new ClientDirectory(listed);
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  /**
   * @param called a name or an alias, with a version as in `web@1.4` or without one.
   * @param version of the client, where `called` has none.
   */
  find(called: string, version: string | undefined): View | undefined {
    const [name, own] = parted(called);
    return this.#byName.get(name)?.of(own ?? version);
  }

  /** Whether the view of this name depends on the version that a request has besides. */
  isVersioned(called: string): boolean {
    const [name, own] = parted(called);
    return own === undefined && (this.#byName.get(name)?.count ?? 0) > 1;
  }

  /** `; did you mean web?`, or an empty text. */
  suggestion(called: string): string {
    return didYouMean(parted(called)[0], this.#byName.keys());
  }

  /** The clients' names, for messages. */
  get names(): readonly string[] {
    return this.#names;
  }
}

/** Releases for which a client's view is known, and the characters of one: they come from requests. */
const MAX_RELEASES = 1_000;
const MAX_RELEASE_LENGTH = 64;

/** The views of one client. */
class Views<View> {
  readonly #views: readonly ListedClient<View>[];
  /** By release: every request of a client has one, and there are few at a time. */
  readonly #known = new Map<string, View>();

  /** @param views at least one; the last one is the current view. */
  constructor(views: readonly ListedClient<View>[]) {
    this.#views = views;
  }

  get count(): number {
    return this.#views.length;
  }

  of(release: string | undefined): View {
    const known = release === undefined ? undefined : this.#known.get(release);
    if (known !== undefined) return known;
    const { view } = viewFor(this.#views, release);
    if (release === undefined || release.length > MAX_RELEASE_LENGTH || this.count === 1) return view;
    if (this.#known.size >= MAX_RELEASES) this.#known.clear();
    this.#known.set(release, view);
    return view;
  }
}

/** What two clients are called, which only one may be: one sentence for each, without its place. */
export function sharedNames(clients: readonly Pick<ListedClient<unknown>, 'name' | 'aliases'>[]): string[] {
  const owners = new Map(clients.map(({ name }) => [name, name]));
  return clients.flatMap(({ name, aliases }) =>
    aliases.flatMap((alias) => {
      const owner = owners.get(alias) ?? name;
      owners.set(alias, owner);
      return owner === name ? [] : [`client ${name}: aliases: "${alias}" is a name of ${owner} as well`];
    }),
  );
}

/** Name and version of `web@1.4`. */
function parted(called: string): [name: string, version: string | undefined] {
  const at = called.indexOf('@');
  return at < 0 ? [called, undefined] : [called.slice(0, at), called.slice(at + 1)];
}
