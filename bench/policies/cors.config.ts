// The product with CORS for one origin.
export default { cors: { origin: ['https://shop.example'], credentials: true } };
