// Injected requests: those of a gateway in this process, by processor time.
import type { Gateway } from '../../gateway/index.ts';

export type InjectedLoad = {
  query: string;
  requests: number;
  /** Requests at the same time. */
  concurrency: number;
};

/** @returns microseconds of processor time a request. @throws Error for a status other than 200. */
export async function runInjected(gateway: Gateway, { query, requests, concurrency }: InjectedLoad): Promise<number> {
  let left = requests;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const { status } = await gateway.inject({ query });
      if (status !== 200) throw new Error(`The status is ${status}.`);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, client));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}
