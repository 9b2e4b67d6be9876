// Placeholder of a gateway that cannot serve: a process that responds to every request with what is wrong, until a
// gateway replaces it. The reasons are for this machine; others are referred to the terminal.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { rejectedResponse } from '../../errors.ts';
import { sendJson } from '../../server/json-response.ts';
import { isFromThisMachine, isOwnHost } from '../../server/sign-in/own-page.ts';
import type { ToPlaceholder } from './messages.ts';
import { renderProblemPage } from './problem-page.ts';

function serve(): void {
  let current: ToPlaceholder | undefined;
  const server = createServer((request, response) => {
    request.resume();
    if (current) respond(request, response, current);
  });
  server.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n'),
  );
  // Such as a port that is in use. The terminal has what is wrong with the gateway, and its next start reports the port.
  server.on('error', (error) => console.error(`Requests get no response meanwhile: ${error.message}`));
  process.on('message', (message: ToPlaceholder) => {
    const isFirst = current === undefined;
    current = message;
    if (isFirst) server.listen(message.port, message.host);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
}

function respond(request: IncomingMessage, response: ServerResponse, { problems, host }: ToPlaceholder): void {
  const isShown = isFromThisMachine(request) && isOwnHost(request, host);
  const shown = isShown
    ? problems
    : [{ subject: 'gateway', message: 'The terminal of `concierge dev` has the reason.' }];
  response.setHeader('connection', 'close');
  response.setHeader('retry-after', '1');
  if (request.headers.accept?.includes('text/html')) {
    const { html, policy } = renderProblemPage(shown);
    response.writeHead(503, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : html);
    return;
  }
  const { status, body } = rejectedResponse('NOT_READY', {
    message: shown.map(({ subject, message }) => `${subject}: ${message}`).join('\n\n'),
  });
  sendJson(response, status, body);
}

serve();
