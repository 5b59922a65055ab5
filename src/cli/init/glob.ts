/** A regular expression for a glob of Vitest or Jest: `**`, `*`, `?`, `{a,b}`, `[ab]`, `?(a|b)`, `@(a|b)`. */
export function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/^\.\//, '')
    .replace(
      /\*\*\/|\*\*|([?@+*])\(([^)]*)\)|\{([^}]*)\}|\[[^\]]*\]|[*?.+^$()|\\]/g,
      (token, kind?: string, choice?: string, list?: string) => {
        if (token === '**/') return '(?:.*/)?'
        if (token === '**') return '.*'
        if (kind) return `(?:${alternatives(choice ?? '', '|')})${kind === '@' ? '' : kind}`
        if (list !== undefined) return `(?:${alternatives(list, ',')})`
        if (token.startsWith('[')) return token
        if (token === '*') return '[^/]*'
        return token === '?' ? '[^/]' : `\\${token}`
      },
    )
  return new RegExp(`^${source}$`)
}

function alternatives(list: string, separator: string): string {
  return list
    .split(separator)
    .map((part) => part.replace(/[.+^$()|\\]/g, '\\$&').replaceAll('*', '[^/]*'))
    .join('|')
}

/** The directories that a glob begins with, without those that depend on the file. */
export function directoryOf(glob: string): string {
  const parts = glob.replace(/^\.\//, '').split('/').slice(0, -1)
  const end = parts.findIndex((part) => /[*?{}[\]()!]/.test(part))
  return parts.slice(0, end < 0 ? parts.length : end).join('/')
}
