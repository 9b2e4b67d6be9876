// Wrong use of a command: exit code 2, as commander has it.
import { CommanderError } from 'commander';

/** Commander prints its own errors when it finds them; this prints ours, with the same exit code. */
export function wrongUsage(message: string): CommanderError {
  console.error(message);
  return new CommanderError(2, 'concierge.usage', message);
}
