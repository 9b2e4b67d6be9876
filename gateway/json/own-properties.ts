// Own properties: copies of objects that inherit nothing. Library code that reads `object[name]` would find a function
// where a name is that of a member of every JavaScript object (`constructor`, `toString`).

/** Whether every JavaScript object has a member of this name. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** A copy of JSON data in which no object inherits properties. */
export function ownProperties<T>(value: T): T;
export function ownProperties(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => ownProperties(item));
  if (typeof value !== 'object' || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  // Numbers as text are class instances.
  if (prototype !== Object.prototype && prototype !== null) return value;
  const own = Object.create(null) as Record<string, unknown>;
  for (const [name, below] of Object.entries(value)) own[name] = ownProperties(below);
  return own;
}
