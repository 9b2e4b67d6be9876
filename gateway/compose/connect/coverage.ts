// Coverage: whether every field of a REST service's types can be resolved wherever an object of the type is made, by the
// selection that makes it, by a connector of the field, or by key.
import { type GraphQLObjectType, getNamedType, isAbstractType } from 'graphql';
import { chooseEntities, type EntityConnector, type FieldConnector } from '../../transport/rest/connector.ts';
import type { Provided } from './output-check.ts';

export interface CoverageOptions {
  fields: ReadonlyMap<string, FieldConnector>;
  /** By type; narrowed to what the connectors provide wholly. */
  entities: Map<string, (EntityConnector & { provided: readonly Provided[] })[]>;
  /** Coordinates of fields that other services have. */
  external: ReadonlySet<string>;
  /** Coordinates of fields that are computed: the gateway fetches their inputs. */
  computed: ReadonlySet<string>;
}

export class Coverage {
  readonly #options: CoverageOptions;

  constructor(options: CoverageOptions) {
    this.#options = options;
    this.#narrow();
  }

  /** Coordinates of the fields that nothing resolves for objects of a selection. */
  uncovered({ types, fields }: Provided): string[] {
    return types.flatMap((type) => this.#uncoveredOf(type, fields));
  }

  /** The same for an object of which these fields are known. */
  uncoveredByKey(type: GraphQLObjectType, keys: readonly string[]): string[] {
    return this.#uncoveredOf(type, new Map(keys.map((key) => [key, []])));
  }

  /** Fields of `$this` that are not known where these are. */
  unknownNeeds(
    type: GraphQLObjectType,
    { needs }: FieldConnector,
    known: (name: string) => boolean,
  ): readonly string[] {
    const unknown = needs.filter((name) => !known(name));
    return chooseEntities(this.#entitiesOf(type), known, unknown).uncovered;
  }

  #entitiesOf(type: GraphQLObjectType): readonly EntityConnector[] {
    return this.#options.entities.get(type.name) ?? [];
  }

  #uncoveredOf(type: GraphQLObjectType, fields: Provided['fields']): string[] {
    const { fields: connected, external, computed } = this.#options;
    const isKnown = (name: string) => fields.has(name);
    const missing: string[] = [];
    const below: string[] = [];
    for (const [name, field] of Object.entries(type.getFields())) {
      const coordinate = `${type}.${name}`;
      const connector = connected.get(coordinate);
      if (connector) {
        if (!computed.has(coordinate)) {
          below.push(...this.unknownNeeds(type, connector, isKnown).map((need) => `${type}.${need}`));
        }
        continue;
      }
      if (external.has(coordinate)) continue;
      const provided = fields.get(name);
      if (!provided) {
        missing.push(name);
        continue;
      }
      const inside = provided.flatMap((one) => this.uncovered(one));
      if (inside.length === 0) continue;
      // The whole value may be had from the entity, where its type is known before.
      const isReplaceable =
        !isAbstractType(getNamedType(field.type)) && this.#entitiesOf(type).some((one) => one.provides.has(name));
      if (isReplaceable) missing.push(name);
      else below.push(...inside);
    }
    const { uncovered } = chooseEntities(this.#entitiesOf(type), isKnown, missing);
    return [...new Set([...uncovered.map((name) => `${type}.${name}`), ...below])];
  }

  /** Until nothing changes: what a connector provides in part is not provided by it. */
  #narrow(): void {
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      for (const connectors of this.#options.entities.values()) {
        for (const [index, connector] of connectors.entries()) {
          const whole = [...connector.provides].filter((name) =>
            connector.provided.every(({ fields }) =>
              fields.get(name)?.every((one) => this.uncovered(one).length === 0),
            ),
          );
          if (whole.length === connector.provides.size) continue;
          connectors[index] = { ...connector, provides: new Set(whole) };
          isChanged = true;
        }
      }
    }
  }
}
