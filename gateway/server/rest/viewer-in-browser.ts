// Browser script of the page of an OpenAPI document. The function is sent as text: it cannot use anything outside of it.
/// <reference lib="dom" />

/** The function of Swagger UI's bundle. */
declare const SwaggerUIBundle: (options: Record<string, unknown>) => unknown;

/** Renders the document at `openapi.json` into the element `api`. */
export function runViewer(): void {
  SwaggerUIBundle({
    url: 'openapi.json',
    dom_id: '#api',
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
