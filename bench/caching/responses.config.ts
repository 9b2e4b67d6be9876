// The product with whole answers kept in its memory: all of them, for an hour.
export default { cache: { defaultMaxAge: 3600 } };
