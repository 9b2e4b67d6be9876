// Elements of the page, in one line each.
/// <reference lib="dom" />

/** @param properties as the element has them, such as `className` or `onclick`. Texts become text, never HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
  ...children: readonly (Node | string | null)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element of this id, which `index.html` has. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}
