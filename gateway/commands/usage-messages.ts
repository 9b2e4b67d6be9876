// Messages about wrong arguments and options, in the words of the gateway's own messages.
const patterns: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^unknown command '(.*)'$/, (name) => `There is no command ${name}`],
  [/^unknown option '(.*)'$/, (name) => `There is no option ${name}`],
  [/^missing required argument '(.*)'$/, (name) => `<${name}> is missing`],
  [/^required option '(.*)' not specified$/, (option) => `${longName(option)} is missing`],
  [/^option '(.*)' argument missing$/, (option) => `${longName(option)} has no value`],
  [
    /^option '(.*)' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/,
    (option, value, choices) => `${longName(option)} is "${value}": give ${choices.replace(/, (?=[^,]*$)/, ' or ')}`,
  ],
  [
    /^too many arguments(?: for '.*')?\. Expected (\d+) arguments? but got (\d+)/,
    (most, given) =>
      `The command takes ${most === '0' ? 'no arguments' : `${most} at most`}, and ${given} ${given === '1' ? 'is' : 'are'} given`,
  ],
];

/**
 * @param written as commander has it: `error: unknown command 'chek'`, and in a line of its own `(Did you mean check?)`.
 * @param command `concierge check`, whose help is named.
 */
export function usageMessage(written: string, command: string): string {
  const [first = '', suggestion = ''] = written
    .replace(/^error: /, '')
    .trimEnd()
    .split('\n');
  const [, names] = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(suggestion) ?? [];
  const meant = names === undefined ? '' : `; did you mean ${names.replace(/, (?=[^,]*$)/, ' or ')}?`;
  const remedy = meant === '' ? `; ${command} --help shows what there is` : '';
  for (const [pattern, message] of patterns) {
    const [found, ...parts] = pattern.exec(first) ?? [];
    if (found === undefined) continue;
    const text = message(...parts);
    return `${text}${meant}${/: give /.test(text) ? '' : remedy}\n`;
  }
  return `${first}${meant}\n`;
}

/** `--config` of `-c, --config <file>`. */
function longName(option: string): string {
  return /--[\w-]+/.exec(option)?.[0] ?? option;
}
