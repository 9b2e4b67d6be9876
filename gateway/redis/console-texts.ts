// Console texts of ioredis: it writes some conditions of a connection to standard error, beside the JSON lines of the
// log. Each is found before ioredis sees it, and is logged once instead.
import type { Redis } from 'ioredis';

/** Replies to AUTH and HELLO that ioredis only warns of: the server takes commands without the password. */
const passwordNotNeeded = /no password is set|without any password configured for the default user/;

const tooManyArguments = /wrong number of arguments for 'auth' command/;

type Command = (...values: unknown[]) => Promise<unknown>;

/** @param warn called with the reason, once for each condition that the client meets. */
export function replaceConsoleTexts(client: Redis, warn: (reason: string) => void): void {
  const warned = new Set<string>();
  const warnOnce = (reason: string) => {
    if (warned.has(reason)) return;
    warned.add(reason);
    warn(reason);
  };
  const { info, auth, hello } = client as unknown as Record<'info' | 'auth' | 'hello', Command>;
  const signIn =
    (command: Command): Command =>
    (...values) =>
      command.apply(client, values).catch((error: Error) => {
        if (passwordNotNeeded.test(error.message)) warnOnce('a password is given, and the server needs none');
        else if (tooManyArguments.test(error.message))
          warnOnce('a user name is configured, and the server has no users');
        else throw error;
      });
  Object.assign(client, {
    auth: signIn(auth),
    hello: signIn(hello),
    // The check whether the server is still loading its data. Without the permission, it counts as ready.
    info: (done: (error: Error | null, reply?: unknown) => void): Promise<unknown> => {
      const reply = info.call(client).catch((error: Error) => {
        if (!error.message.includes('NOPERM')) throw error;
        warnOnce('the user may not use INFO: commands may fail while the server is loading its data');
        return '';
      });
      reply.then(
        (text) => done(null, text),
        (error) => done(error),
      );
      return reply;
    },
  });
}
