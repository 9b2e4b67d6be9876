// JSON with line breaks, for pages. The function is sent to them as text: it cannot use anything outside of it.

/** JSON with line breaks. It is not parsed, which would round large numbers. */
export function indentedJson(json: string): string {
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let text = '';
  for (const [position, token] of tokens.entries()) {
    const opens = token === '{' || token === '[';
    const closes = token === '}' || token === ']';
    const isEmpty = closes && /^[{[]$/.test(tokens[position - 1] ?? '');
    if (closes) depth -= 1;
    if (closes && !isEmpty) text += `\n${'  '.repeat(depth)}`;
    text += token === ':' ? ': ' : token;
    if (opens) depth += 1;
    const next = tokens[position + 1] ?? '';
    if (token === ',' || (opens && next !== '}' && next !== ']')) text += `\n${'  '.repeat(depth)}`;
  }
  return text;
}
