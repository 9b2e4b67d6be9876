// The product with only entities kept: the root fields are fetched with every request.
export default { cache: { responses: false, entities: true, defaultMaxAge: 3600 } };
