// Problems of `concierge dev` that last: printed when they begin and when they end, and shown in GraphiQL meanwhile.
import { styleText } from 'node:util';
import type { Problem } from '../../server/problems/problems-handler.ts';

export class ProblemList {
  readonly #problems = new Map<string, string>();
  readonly #onChange: (problems: readonly Problem[]) => void;

  constructor(onChange: (problems: readonly Problem[]) => void) {
    this.#onChange = onChange;
  }

  get current(): readonly Problem[] {
    return [...this.#problems].map(([subject, message]) => ({ subject, message }));
  }

  /** @param printed in place of the message, where the terminal has a part of it already. */
  begin(subject: string, message: string, printed = message): void {
    console.error(`${styleText('red', '✖', { stream: process.stderr })} ${printed}`);
    if (this.#problems.get(subject) === message) return;
    this.#problems.set(subject, message);
    this.#onChange(this.current);
  }

  /** False where there was none. */
  end(subject: string): boolean {
    if (!this.#problems.delete(subject)) return false;
    console.log(`${styleText('green', '✔')} ${subject} is running again`);
    this.#onChange(this.current);
    return true;
  }

  /** For a service that is no longer configured, or stopped on purpose. */
  forget(subject: string): void {
    if (this.#problems.delete(subject)) this.#onChange(this.current);
  }
}
