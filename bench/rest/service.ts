// The service of `bench:rest`, in a process of its own: the same products over GraphQL and over REST, as bytes that are ready.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const products = Array.from({ length: 50 }, (_, index) => ({
  id: `p${index}`,
  name: `Product number ${index}`,
  price: 1000 + index,
  inStock: index % 3 !== 0,
  maker: { id: `m${index % 7}`, name: `Maker "${index % 7}"` },
}));

const bodies = new Map(
  Object.entries({
    '/graphql/one': { data: { product: products[0] } },
    '/graphql/many': { data: { products } },
    '/v1/products/p0': products[0],
    '/v1/products?first=50': { total: products.length, items: products },
  }).map(([path, value]) => [path, Buffer.from(JSON.stringify(value))]),
);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const body = bodies.get(request.url ?? '');
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
