// Configuration of the process of a service under `concierge dev`.
import { z } from 'zod';
import { filePath } from './values.ts';

const commandMessage = 'give the program and its arguments in a list, such as ["node", "server.ts"]';

export const devService = z.strictObject({
  /**
   * Program and arguments. "node" is the Node that runs Concierge. Required.
   * @example ['node', 'server.ts']
   */
  command: z.array(z.string(commandMessage), commandMessage).min(1, 'give the program and its arguments'),
  /**
   * Files and folders whose changes restart the service. Default: none.
   * @example ['server.ts', 'src']
   */
  watch: z.array(filePath).optional(),
});
