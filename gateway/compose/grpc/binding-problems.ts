// Problems of an SDL beside the descriptors of its gRPC service, each with the line of the element that it is about.
import { type ASTNode, getLocation, parse, Source } from 'graphql';
import { ComposeError } from '../compose-error.ts';

export class BindingProblems {
  readonly #source: string;
  readonly #found = new Map<string, string>();

  /** @param source name of the subgraph. */
  constructor(source: string) {
    this.#source = source;
  }

  /** @param coordinate of the element that is to be changed. */
  add(coordinate: string, what: string): void {
    this.#found.set(`${coordinate} ${what}`, coordinate);
  }

  /** @throws ComposeError if there is any problem. */
  check(sdl: string): void {
    if (this.#found.size === 0) return;
    const source = new Source(sdl);
    const document = parse(source);
    throw new ComposeError(
      [...this.#found].map(([problem, coordinate]) => {
        const at = placeOf(coordinate, document, source);
        return `${this.#source}${at}: ${problem}`;
      }),
    );
  }
}

function placeOf(coordinate: string, document: ASTNode, source: Source): string {
  const names = coordinate.split(/[.(:)]+/).filter((name) => name !== '');
  const [node] = names.reduce<ASTNode[]>((parents, name) => parents.flatMap((one) => named(one, name)), [document]);
  if (!node?.loc) return '';
  const { line, column } = getLocation(source, node.loc.start);
  return `:${line}:${column}`;
}

/** Definitions of this name in a document, or members of this name in a definition. */
function named(parent: ASTNode, name: string): ASTNode[] {
  return ['definitions', 'fields', 'values', 'arguments']
    .flatMap((list) => (Reflect.get(parent, list) as readonly ASTNode[] | undefined) ?? [])
    .filter((node) => 'name' in node && node.name?.value === name && !node.kind.startsWith('Directive'));
}
