// Names of services in a new configuration, and of the environment variables that have their addresses.
import { subgraphName } from '../../config/subgraphs.ts';
import { serviceUrl } from '../running-service.ts';
import { wrongUsage } from '../wrong-usage.ts';

export interface NamedService {
  name: string;
  url: string;
}

/**
 * Services of a command line, as `http://users.internal/graphql` or `users=http://127.0.0.1:4001/graphql`. Without a name, a
 * service has the first label of its host, or its port where the host says nothing.
 * @throws CommanderError for what is no URL, and for a name that is none, or given twice.
 */
export function namedServices(texts: readonly string[]): NamedService[] {
  const services: NamedService[] = [];
  const taken = new Set<string>();
  for (const text of texts) {
    const [, given, rest = text] = /^([\w-]+)=(.*)$/.exec(text) ?? [];
    const url = serviceUrl(rest, '--from');
    const name = given ?? free(derivedName(new URL(url)), taken);
    if (!subgraphName.safeParse(name).success) {
      throw wrongUsage(`--from ${text}: a name is letters, digits, "-" and "_", and begins with a letter`);
    }
    if (taken.has(name)) throw wrongUsage(`--from: two services are named ${name}; name them: --from ${name}2=${url}`);
    taken.add(name);
    services.push({ name, url });
  }
  return services;
}

/** `USERS_URL` for `users`. */
export function urlVariable(name: string): string {
  return `${name.replaceAll(/[^A-Za-z0-9]/g, '_').toUpperCase()}_URL`;
}

function derivedName({ hostname, port }: URL): string {
  const [label = ''] = hostname.split('.');
  const says = /^[a-z]/i.test(label) && !['localhost', 'www', 'api', 'graphql'].includes(label);
  return says && subgraphName.safeParse(label).success ? label : `service${port}`;
}

function free(name: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(number === 1 ? name : `${name}${number}`)) number += 1;
  return number === 1 ? name : `${name}${number}`;
}
