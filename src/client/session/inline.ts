/** Python in a template of the test: each value becomes a name of Python, so that it is data and never source. */
export class Inline {
  #values = 0

  /** The source with names for the values, and the values by these names. */
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
