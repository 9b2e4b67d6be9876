// Own properties: objects in which no property is inherited. Code of libraries that reads `object[name]` finds a function where a
// name is that of a member of every JavaScript object (`constructor`, `toString`).

/** Whether every JavaScript object has a member of the name. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** A copy of JSON data in which no property is inherited. */
export function ownProperties<T>(value: T): T;
export function ownProperties(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => ownProperties(item));
  if (typeof value !== 'object' || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  // Numbers as text are objects too.
  if (prototype !== Object.prototype && prototype !== null) return value;
  const own = Object.create(null) as Record<string, unknown>;
  for (const [name, below] of Object.entries(value)) own[name] = ownProperties(below);
  return own;
}
