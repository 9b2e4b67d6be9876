// Configuration sections `limits` and `csrf`: their values and the messages about invalid ones.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checked } from './checked.ts';
import { type CheckedConfig, withDevelopmentDefaults } from './config.ts';
import { allowsIntrospection, allowsSuggestions, csrfSection, limitsSection } from './limits.ts';
import { checkConfig } from './load.ts';

const sections = z.strictObject({ limits: limitsSection, csrf: csrfSection });

function problemsOf(config: object): string[] {
  try {
    checked(sections, config, 'gateway.config.ts');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
}

describe('the sections on limits', () => {
  it('has a default for every limit', () => {
    expect(sections.parse({})).toEqual({
      limits: {
        mode: 'enforce',
        depth: 15,
        aliases: 100,
        rootFields: 20,
        tokens: 5000,
        steps: 100_000,
        directives: 50,
        conditions: 32,
        cost: 100_000,
        assumedListSize: 10,
        actualCost: false,
        costHeaders: false,
        variablesBytes: 262_144,
        batch: 10,
      },
      csrf: true,
    });
  });

  it('switches a limit off with false', () => {
    const off = { depth: false, aliases: false, rootFields: false, tokens: false, directives: false } as const;
    expect(limitsSection.parse({ ...off, cost: false, variablesBytes: false, batch: false })).toMatchObject(off);
  });

  it.each([
    [{ limits: { depth: 0 } }, '  limits.depth is 0: give levels as a whole number above 0, or false for no limit'],
    [
      { limits: { cost: true } },
      '  limits.cost is true: give the cost as a whole number above 0, or false for no limit',
    ],
    [
      { limits: { batch: 1001 } },
      '  limits.batch is 1001: give the operations of a batch as a whole number from 1 to 1000, or false for no batches',
    ],
    [
      { limits: { assumedListSize: -1 } },
      '  limits.assumedListSize is -1: give the length of a list as a whole number from 0 to 1000000',
    ],
    [{ limits: { introspection: 'no' } }, '  limits.introspection is "no": give true or false'],
    [{ limits: { dept: 3 } }, '  limits.dept is not an option; did you mean limits.depth?'],
  ])('names the problem of %j', (config, problem) => {
    expect(problemsOf(config)).toEqual([problem]);
  });

  it('takes headers that only a preflighted request can have, in any case', () => {
    expect(csrfSection.parse({ headers: ['X-Shop-Request'] })).toEqual({ headers: ['x-shop-request'], bearer: true });
  });

  it.each([
    'x-request-id',
    'Traceparent',
    'x-real-ip',
    'x-forwarded-for',
    'accept',
    'Content-Type',
    'cookie',
    'origin',
    'sec-fetch-site',
    'authorization',
    'x y',
    '',
  ])('rejects the header "%s" as a sign of a preflight', (name) => {
    expect(problemsOf({ csrf: { headers: [name] } })).toHaveLength(1);
  });

  it('allows introspection and suggestions where they are set, or in development', () => {
    const config = checkConfig({ subgraphs: { a: { url: 'http://a.example', schema: 'a.graphql' } } });
    const allowed = ({ limits }: CheckedConfig) => [allowsIntrospection(limits), allowsSuggestions(limits)];
    const set = (value: boolean): CheckedConfig => ({
      ...config,
      limits: { ...config.limits, introspection: value, suggestions: value },
    });
    expect(allowed(config)).toEqual([false, false]);
    expect(allowed(set(true))).toEqual([true, true]);
    expect(allowed(withDevelopmentDefaults(config))).toEqual([true, true]);
    expect(allowed(withDevelopmentDefaults(set(false)))).toEqual([false, false]);
  });
});
