// The product with the entity cache alone: the root fields are fetched with every request.
export default { cache: { responses: false, entities: true, defaultMaxAge: 3600 } };
