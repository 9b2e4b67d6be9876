// Shared values: what one worker sets holds in all of them, and in those that start later. The supervisor has the values,
// and their order.
import { JsonText } from './message.ts';
import type { Relay } from './relay.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** Names of values that are in use: a worker sets no others. */
export type SharedValueName = 'controls' | 'log-level';

interface Setting {
  name: SharedValueName;
  value: unknown;
}

const readTopic = 'value';
const setTopic = 'value.set';

/** A value in a worker. */
export class SharedValue {
  readonly #channel: WorkerChannel;
  readonly #name: SharedValueName;

  /**
   * Reads the value as it is now, unless it has not been set; before the process gets its first connection, where this is
   * called before it listens.
   * @param apply called with it now, and with each new one; what it throws is an error of `set`.
   */
  constructor(channel: WorkerChannel, name: SharedValueName, apply: (value: unknown) => void) {
    this.#channel = channel;
    this.#name = name;
    let isSet = false;
    channel.on(topicOf(name), (value) => {
      isSet = true;
      apply(value);
    });
    channel.request(readTopic, name).then(
      (known) => {
        const [value] = known as [unknown?];
        if (!isSet && value !== undefined) apply(value);
      },
      // Without a supervisor, a worker ends.
      () => {},
    );
  }

  /**
   * Sets the value in all workers, this one too.
   * @throws ChannelError where one of them has not applied it. It holds in the others.
   */
  async set(value: unknown): Promise<void> {
    const setting: Setting = { name: this.#name, value };
    await this.#channel.request(setTopic, setting);
  }
}

/** The values of the supervisor. */
export function serveSharedValues(relay: Relay): void {
  const values = new Map<SharedValueName, string>();
  relay.on(readTopic, (name) => {
    const text = values.get(name as SharedValueName);
    return text === undefined ? [] : new JsonText(`[${text}]`);
  });
  relay.on(setTopic, async (payload) => {
    const { name, value } = payload as Setting;
    values.set(name, JSON.stringify(value));
    await relay.collect(topicOf(name), value);
  });
}

function topicOf(name: SharedValueName): string {
  return `value.${name}`;
}
