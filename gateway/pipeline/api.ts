// APIs of clients: protocols besides GraphQL that serve a client's trusted documents below a path of their own.

/** `rest`: the REST façade; `mcp`: the Model Context Protocol. */
export type Api = 'rest' | 'mcp';

/** The protocol of a request. */
export type Protocol = Api | 'graphql';
