// Listen error: the gateway cannot listen on its host or port, with the remedy.

/** A host or port that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Describes a system error about a port or an address; returns any other error unchanged.
 * @param section of the configuration with `port` and `host`; undefined for the gateway's own, which flags and
 * environment variables set too.
 */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number, section?: string): Error {
  const by = (name: 'port' | 'host') =>
    section === undefined
      ? `--${name}, ${name.toUpperCase()}, or \`${name}\` in the configuration`
      : `\`${section}.${name}\` in the configuration`;
  if (error.code === 'EADDRINUSE') {
    const remedy = `Stop the program that uses it, or choose another port: ${by('port')}.`;
    return new ListenError(`Port ${port} on ${host} is in use. ${remedy}`);
  }
  if (error.code === 'EACCES') {
    return new ListenError(`Port ${port} on ${host} requires more privileges. Choose one above 1023: ${by('port')}.`);
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ListenError(`${host} is not an address of this machine. Set another: ${by('host')}.`);
  }
  return error;
}
