// Page for the trusted documents of a client, in place of GraphiQL where a client may send no others: choose one, see its
// text, fill in variables, run it by its id.
import { type GraphQLSchema, Kind, parse } from 'graphql';
import type { TrustedDocument } from '../../persisted-documents/trusted-documents.ts';
import { indentedJson } from '../indented-json.ts';
import { logo, pageHead } from '../logo.ts';
import { createRenderedPage, type RenderedPage } from '../rendered-page.ts';
import { type RunnableOperation, runDocumentsPage } from './in-browser.ts';
import { style } from './style.ts';
import { exampleVariables } from './variable-example.ts';

export interface DocumentsPageOptions {
  client: string;
  /** Null where they are not to be listed: the page then takes an id. */
  documents: Iterable<TrustedDocument> | null;
}

/**
 * @param schema of the client.
 * @param above HTML above the page.
 */
export function createDocumentsPage(
  { client, documents }: DocumentsPageOptions,
  schema: GraphQLSchema,
  above: string,
): RenderedPage {
  return createRenderedPage(async () => {
    const operations = [...(documents ?? [])].flatMap((document) => operationsIn(document, schema));
    operations.sort((one, other) => compare(one.name ?? one.id, other.name ?? other.id));
    return render(client, operations, documents !== null, above);
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function operationsIn({ id, text }: TrustedDocument, schema: GraphQLSchema): RunnableOperation[] {
  const operations = parse(text).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return operations.map((operation) => ({
    id,
    name: operation.name?.value ?? null,
    isOneOfSeveral: operations.length > 1,
    kind: operation.operation,
    text,
    variables: JSON.stringify(exampleVariables(operation, schema), null, 2),
  }));
}

function render(client: string, operations: readonly RunnableOperation[], isListed: boolean, above: string): string {
  const unlisted = '<p>The documents of this client are not listed here. Run one by its id.</p>';
  const none = '<p>This client has no trusted documents yet.</p>';
  const hint = operations.length > 0 ? '' : isListed ? none : unlisted;
  // A text must not end the script.
  const data = JSON.stringify(operations).replaceAll('<', '\\u003c');
  return `${pageHead(style)}
<body>
${above}
<div id="root"><div class="page${operations.length > 0 ? '' : ' unlisted'}">
<nav id="documents" aria-label="Trusted documents">
<header>${logo}<strong>Concierge</strong><span>${client}</span></header>
<input id="filter" type="search" placeholder="Filter" aria-label="Filter documents" autocomplete="off">
<ul id="operations"></ul>
</nav>
<form id="request">
<div class="bar"><label class="id">Document <input id="document-id" spellcheck="false" autocomplete="off"${
    operations.length > 0 ? ' readonly' : ''
  }></label><button id="run" title="Run (Ctrl+Enter)">Run</button></div>
${hint}<pre id="source" tabindex="0" aria-label="Text of the document, read-only"></pre>
<label>Variables <textarea id="variables" rows="7" spellcheck="false"></textarea></label>
<label>Headers <textarea id="headers" rows="2" spellcheck="false" placeholder='{"x-api-key": "…"}'></textarea></label>
</form>
<section id="response" aria-label="Response">
<output id="status"></output>
<pre id="result" tabindex="0"></pre>
</section>
</div></div>
<script>(${runDocumentsPage})(${data}, ${indentedJson});</script>
</body>
</html>
`;
}
