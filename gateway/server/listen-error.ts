// Why the gateway cannot listen, and what to do about it.

/** A port that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** What the system says of a port or an address, in words; what is not about those as it is. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new ListenError(
      `Port ${port} on ${host} is in use. Stop the program that holds it, or take another: --port, PORT, or \`port\` in the configuration.`,
    );
  }
  if (error.code === 'EACCES') {
    return new ListenError(
      `Port ${port} on ${host} needs more rights. Take one above 1023 with --port, PORT, or \`port\`.`,
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ListenError(
      `${host} is not an address of this machine. Set --host, HOST, or \`host\` in the configuration.`,
    );
  }
  return error;
}
