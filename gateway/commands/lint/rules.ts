// Rules of `concierge lint`: each names the element that breaks it, and what to write.
import { type DirectiveNode, Kind } from 'graphql';
import { type Case, deprecationOf, describedOf, type LintConfig, namingOf, ownersOf } from '../../config/lint.ts';
import { type Definition, type Element, isRoot } from './elements.ts';
import { isMatch, type Owners } from './owners.ts';

export type RuleName = 'naming' | 'deprecation' | 'owners' | 'descriptions';

export const ruleNames: readonly RuleName[] = ['naming', 'deprecation', 'owners', 'descriptions'];

export interface Violation {
  rule: RuleName;
  element: Element;
  definition: Definition;
  /** What is wrong, and what to write. */
  message: string;
}

type Rule = (element: Element) => readonly { definition?: Definition; message: string }[];

export interface RuleOptions {
  config: LintConfig;
  /** Null without a file. */
  owners: Owners | null;
  /** The current day, such as 2026-11-29. */
  today: string;
}

/** In the order of the elements; an element's in the order of the rules. */
export function violationsOf(elements: readonly Element[], { config, owners, today }: RuleOptions): Violation[] {
  const rules: Record<RuleName, Rule | null> = {
    naming: namingRule(config),
    deprecation: deprecationRule(config, today),
    owners: ownersRule(config, owners),
    descriptions: descriptionsRule(config),
  };
  return elements.flatMap((element) =>
    ruleNames.flatMap((rule) =>
      (rules[rule]?.(element) ?? []).map(({ definition = firstOf(element), message }) => ({
        ...{ rule, element, definition, message },
      })),
    ),
  );
}

/** The first definition that is no extension. */
function firstOf({ definitions }: Element): Definition {
  return definitions.find(({ isExtension }) => !isExtension) ?? (definitions[0] as Definition);
}

function namingRule({ naming }: LintConfig): Rule | null {
  const cases = namingOf(naming);
  if (!cases) return null;
  return ({ kind, name }) => {
    const wanted = cases[kind === 'inputFields' ? 'fields' : kind];
    if (wanted === false || patterns[wanted].test(name)) return [];
    const better = inCase(name, wanted);
    const proposal = patterns[wanted].test(better) ? `: write ${better}` : '';
    return [{ message: `the name "${name}" is not in ${wanted}${proposal}` }];
  };
}

const patterns: Record<Case, RegExp> = {
  PascalCase: /^[A-Z][A-Za-z\d]*$/,
  camelCase: /^[a-z][A-Za-z\d]*$/,
  snake_case: /^[a-z][a-z\d]*(_[a-z\d]+)*$/,
  CONSTANT_CASE: /^[A-Z][A-Z\d]*(_[A-Z\d]+)*$/,
};

function inCase(name: string, wanted: Case): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .split('_')
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
  if (wanted === 'snake_case') return words.join('_');
  if (wanted === 'CONSTANT_CASE') return words.join('_').toUpperCase();
  const raised = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return wanted === 'PascalCase' ? raised : raised.charAt(0).toLowerCase() + raised.slice(1);
}

function deprecationRule({ deprecation }: LintConfig, today: string): Rule | null {
  const needed = deprecationOf(deprecation);
  if (!needed) return null;
  return ({ definitions }) =>
    definitions.flatMap((definition) => {
      const directive = named(definition, 'deprecated');
      if (!directive) return [];
      const reason = textOf(directive, 'reason');
      const date = /\b\d{4}-\d\d-\d\d\b/.exec(reason)?.[0];
      if (needed.reason && reason.replace(date ?? '', '').trim() === '') {
        return [{ definition, message: 'deprecated without a reason: write what to use in its place' }];
      }
      if (needed.date && (date === undefined || Number.isNaN(Date.parse(date)))) {
        const message = 'deprecated without the date of its removal: write one into the reason, such as 2027-01-31';
        return [{ definition, message }];
      }
      const isOverdue = needed.overdue && date !== undefined && date < today;
      return isOverdue ? [{ definition, message: `to be removed by ${date}: remove it, or give a later date` }] : [];
    });
}

function ownersRule({ owners }: LintConfig, file: Owners | null): Rule | null {
  if (!ownersOf(owners)) return null;
  return (element) => {
    if (element.kind !== 'types' || isRoot(element)) return [];
    const declared = element.definitions.flatMap((definition) => named(definition, 'owner') ?? []);
    if (declared.length > 0) {
      const isNamed = declared.some(({ arguments: given = [] }) =>
        given.some(({ value }) => value.kind === Kind.STRING && value.value.trim() !== ''),
      );
      return isNamed ? [] : [{ message: '@owner has no text: write the team, @owner(team: "…")' }];
    }
    if (file?.entries.some(({ pattern }) => isMatch(pattern, element.name))) return [];
    const place = file ? `, or an entry to ${file.shown}` : '';
    return [{ message: `the type has no owner: add @owner(team: "…")${place}` }];
  };
}

const nouns: Record<Element['kind'], string> = {
  types: 'type',
  fields: 'field',
  arguments: 'argument',
  inputFields: 'input field',
  enumValues: 'enum value',
};

function descriptionsRule({ descriptions }: LintConfig): Rule | null {
  const described = describedOf(descriptions);
  if (!described) return null;
  return (element) => {
    const { kind, definitions } = element;
    if (!described.includes(kind) || isRoot(element)) return [];
    if (definitions.some(({ description }) => description !== undefined && description.value.trim() !== '')) return [];
    return [{ message: `the ${nouns[kind]} has no description: write one above it, """…"""` }];
  };
}

function named({ directives }: Definition, name: string): DirectiveNode | undefined {
  return directives.find((directive) => directive.name.value === name);
}

function textOf({ arguments: given = [] }: DirectiveNode, name: string): string {
  const value = given.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}
