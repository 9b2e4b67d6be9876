// Connection params: the payload of `connection_init`, from the configuration and from forwarded header fields.

/** A value of the configuration; `{ header }` stands for the value of a header field that the subgraph gets. */
export type ConnectionParam = string | number | boolean | { header: string } | ConnectionParams;

export interface ConnectionParams {
  readonly [name: string]: ConnectionParam;
}

/** The payload. Header fields that the request does not have are left out. @param fields names and values in turn. */
export function connectionPayload(params: ConnectionParams, fields: readonly string[]): Record<string, unknown> {
  const payload: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(params)) {
    const value = paramValue(param, fields);
    if (value !== undefined) payload[name] = value;
  }
  return payload;
}

function paramValue(param: ConnectionParam, fields: readonly string[]): unknown {
  if (typeof param !== 'object') return param;
  const header = headerIn(param);
  if (header === null) return connectionPayload(param as ConnectionParams, fields);
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === header);
  return at < 0 ? undefined : fields[at + 1];
}

/** The header field that a value stands for; null where it is an object of values. */
export function headerIn(param: ConnectionParam): string | null {
  if (typeof param !== 'object' || Object.keys(param).length !== 1) return null;
  return typeof param.header === 'string' ? param.header.toLowerCase() : null;
}
