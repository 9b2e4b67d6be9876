// The profile query that the README shows and GraphiQL opens with, and the data of its response.
import demo from '../../gateway.config.ts';

const { graphiql } = demo;
if (typeof graphiql !== 'object') throw new Error('The demo configuration has no examples.');

export const profileQuery = graphiql.examples[0]!.query;

interface Money {
  amount: number;
  currency: string;
}

export interface ProfileData {
  profile: {
    id: string;
    name: string | null;
    tier: string | null;
    unreadNotifications: number | null;
    orders: {
      totalCount: number;
      nodes: {
        id: string;
        status: string;
        placedAt: string;
        total: Money;
        payment: { status: string; method: string } | null;
        lines: { quantity: number; product: { name: string | null } }[];
      }[];
    } | null;
    recommendations: { name: string | null; rating: number | null; price: Money | null }[] | null;
  } | null;
}
