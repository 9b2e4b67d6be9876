// Two services: accounts, and articles. A query of both, with a token of `node token.ts`:
//   { me { name email } articles { title views } }
// Without a token, `me` is null with an error; `views` stays as it is for a minute, or until an article is published.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

interface Context {
  req: IncomingMessage;
}

const names: Record<string, string> = { ada: 'Ada Lovelace', grace: 'Grace Hopper' };

const articles = [{ id: '1', title: 'On the Analytical Engine', views: 0 }];

serve('accounts', 4111, {
  Query: {
    // The gateway has verified the token and forwards its subject. Only the gateway can reach this service.
    me: (_root: unknown, _arguments: unknown, { req }: Context) => {
      const id = String(req.headers['x-user-id']);
      return { id, name: names[id] ?? null, email: `${id}@example.com` };
    },
  },
});

serve('articles', 4112, {
  Query: {
    articles: () => {
      for (const article of articles) article.views += 1;
      return articles;
    },
  },
  Mutation: {
    publish: (_root: unknown, { title }: { title: string }) => {
      const article = { id: String(articles.length + 1), title, views: 0 };
      articles.push(article);
      return article;
    },
  },
});

type Resolvers = Parameters<typeof createSchema<Context>>[0]['resolvers'];

function serve(name: string, port: number, resolvers: Resolvers): void {
  const typeDefs = readFileSync(new URL(`schema/${name}.graphql`, import.meta.url), 'utf8');
  const yoga = createYoga<Context>({ schema: createSchema<Context>({ typeDefs, resolvers }), logging: false });
  const server = createServer((request, response) => void yoga(request, response));
  server.listen(port, '127.0.0.1', () => console.log(`${name}: ${JSON.stringify(server.address())}`));
}
