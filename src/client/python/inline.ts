/** Turns a template of the test into Python source. Each value gets a Python name, so it stays data. */
export class Inline {
  #values = 0

  /** Returns the source with names in place of the values, and the values by these names. */
  compose(
    source: TemplateStringsArray | string,
    values: readonly unknown[],
  ): { name: string; args: Record<string, unknown> } {
    if (typeof source === 'string') return { name: source, args: {} }
    const args: Record<string, unknown> = {}
    const parts = values.map((value, index) => {
      const name = `value_${++this.#values}`
      args[name] = value
      return `${source.raw[index]}${name}`
    })
    return { name: parts.join('') + source.raw[values.length], args }
  }
}
