// The product with the response cache in memory: every response, for an hour.
export default { cache: { defaultMaxAge: 3600 } };
