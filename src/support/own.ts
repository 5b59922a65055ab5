/** A member of a dictionary by a name of the user: a name such as `constructor` must not lead to a member of every object. */
export function own<T>(dictionary: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(dictionary, name) ? dictionary[name] : undefined
}
