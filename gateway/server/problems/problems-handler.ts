// Problems handler: what is wrong in development at the moment, for the bar of GraphiQL's page. It exists only where
// the gateway accepts tokens of the development key, and serves only GraphiQL's own page.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { rejectedResponse } from '../../errors.ts';
import { rejectUnread, sendJson } from '../json-response.ts';
import { allowed, handleOtherMethods } from '../methods.ts';
import { isFromThisMachine, isOwnPage } from '../sign-in/own-page.ts';

export const problemsPath = '/development/problems';

/** An error in what `concierge dev` runs, for as long as it lasts. */
export interface Problem {
  /** `gateway`, or the name of a service. */
  subject: string;
  /** What is wrong, where, and what happens next; several lines. */
  message: string;
}

/** The current ones. */
export type Problems = () => readonly Problem[];

export interface ProblemsOptions {
  problems: Problems;
  /** Host that the gateway listens on, which requests may name. */
  host: string;
  /** Whether requests from other machines get them as well. */
  fromNetwork: boolean;
}

const methods = allowed('GET');

/** The response is `{"problems": [{"subject", "message"}]}`. */
export function createProblemsRoute({ problems, host, fromNetwork }: ProblemsOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (handleOtherMethods(request, response, methods)) return;
    if ((fromNetwork || isFromThisMachine(request)) && isOwnPage(request, host, fromNetwork)) {
      sendJson(response, 200, { problems: problems() });
      return;
    }
    rejectUnread(response, rejectedResponse('FORBIDDEN', { message: 'Only GraphiQL on this machine gets this.' }));
  };
}
