// Browser script of the page of an OpenAPI document. The function is sent as text: it cannot use anything outside of it.
/// <reference lib="dom" />

/** The function of Swagger UI's bundle. */
declare const SwaggerUIBundle: (options: Record<string, unknown>) => unknown;

/** A part of an OpenAPI document. */
type Part = Record<string, unknown>;

type Component = (properties: Part) => unknown;

/** What plugins get of Swagger UI. */
interface ViewerSystem {
  React: { createElement(component: unknown, properties: Part, ...children: unknown[]): unknown };
  getComponent(name: string, isContainer: boolean): unknown;
}

/**
 * Renders the document at `openapi.json` into the element `api`.
 * @param indented JSON with line breaks, and with every digit: Swagger UI itself would round numbers.
 */
export function runViewer(indented: (json: string) => string): void {
  const responseBody =
    (original: Component, { React, getComponent }: ViewerSystem): Component =>
    (properties) => {
      const { content, contentType } = properties;
      if (typeof content !== 'string' || !/json/.test(String(contentType))) {
        return React.createElement(original, properties);
      }
      const shown = { language: 'json', downloadable: true, canCopy: true, fileName: 'response.json' };
      return React.createElement(getComponent('HighlightCode', true), shown, indented(content));
    };

  /**
   * The document as it can be filled in. Swagger UI starts with an example of every JSON value, and sends it: the bounds of
   * Int would be its numbers, and an optional parameter would be given that was not written.
   */
  const fillable = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(fillable);
    if (typeof part !== 'object' || part === null) return part;
    const { content, ...others } = part as Part;
    if (others.in === 'query' && content !== undefined && !others.required) {
      const [, type = 'JSON'] = /"\$ref":"[^"]*\/([^"/]+)"/.exec(JSON.stringify(content)) ?? [];
      const description = `${others.description ?? ''}\n\nJSON, see \`${type}\` below.`.trim();
      return { ...others, description, schema: { type: 'string' } };
    }
    const isInt = (part as Part).minimum === -2147483648;
    const left = Object.entries(part).filter(([name]) => !isInt || (name !== 'minimum' && name !== 'maximum'));
    return Object.fromEntries(left.map(([name, value]) => [name, fillable(value)]));
  };

  const plugin = {
    wrapComponents: { responseBody },
    statePlugins: {
      spec: { wrapActions: { updateJsonSpec: (update: Component) => (read: Part) => update(fillable(read) as Part) } },
    },
  };
  SwaggerUIBundle({
    url: 'openapi.json',
    dom_id: '#api',
    plugins: [plugin],
    deepLinking: true,
    // By default it sends the document's address to a service of its makers.
    validatorUrl: null,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    docExpansion: 'list',
    syntaxHighlight: { theme: 'nord' },
  });
}
