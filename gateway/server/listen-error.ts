// Listen error: the gateway cannot listen on its host or port, with the remedy.

/** A host or port that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Describes a system error about a port or an address; returns any other error unchanged. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    const remedy =
      'Stop the program that uses it, or choose another port: --port, PORT, or `port` in the configuration.';
    return new ListenError(`Port ${port} on ${host} is in use. ${remedy}`);
  }
  if (error.code === 'EACCES') {
    return new ListenError(
      `Port ${port} on ${host} requires more privileges. Choose one above 1023 with --port, PORT, or \`port\`.`,
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ListenError(
      `${host} is not an address of this machine. Set --host, HOST, or \`host\` in the configuration.`,
    );
  }
  return error;
}
