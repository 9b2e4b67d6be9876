// The directive `@defer` (GraphQL specification, draft of incremental delivery): every graph has it, and the gateway
// alone carries it out. Services need not know it.
import { DirectiveLocation, GraphQLBoolean, GraphQLDirective, GraphQLNonNull, GraphQLString } from 'graphql';

export const DEFER = 'defer';

const deferDirective = new GraphQLDirective({
  name: DEFER,
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true },
    label: { type: GraphQLString },
  },
});

/** A graph's directives with `@defer`, in place of a service's own of that name. */
export function withDefer(directives: readonly GraphQLDirective[]): GraphQLDirective[] {
  return [...directives.filter(({ name }) => name !== DEFER), deferDirective];
}
