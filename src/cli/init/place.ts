import { directoryOf, globToRegExp } from './glob.ts'
import { type Node, propertyOf } from './locate.ts'

/** The places in which the runner looks for tests, as far as the configuration can be read. */
export interface Places {
  /** Root of the project, relative to the configuration; `''` if it is the same directory. */
  root: string
  /** Whether the runner finds a test at a path relative to the root. */
  finds(path: string): boolean
  /** Directories that the patterns begin with. */
  directories: string[]
  /** The setting that cannot be read. */
  unreadable?: string
}

/** Directories where projects have their tests, if the patterns name none. */
const USUAL = ['', 'test', 'tests', 'src', '__tests__', 'src/__tests__', 'src/test', 'spec']

/** Everything that Vitest's own default includes, in short. */
const VITEST_DEFAULT = ['**/*.{test,spec}.?(c|m)[jt]s?(x)']
const JEST_DEFAULT = ['**/__tests__/**/*.?([mc])[jt]s?(x)', '**/?(*.)+(spec|test).?([mc])[jt]s?(x)']

/**
 * A path for the example's test, relative to the root, that the runner finds; `undefined` if there is none.
 *
 * @param extensions the preferred one first
 */
export function placeTest({ finds, directories }: Places, extensions: readonly string[]): string | undefined {
  const names = ['greeting.test', 'greeting.spec', 'test_greeting', 'greeting_test', 'greeting']
  for (const extension of extensions)
    for (const directory of [...directories, ...USUAL])
      for (const name of names) {
        const path = [directory, `${name}.${extension}`].filter(Boolean).join('/')
        if (finds(path)) return path
      }
  return undefined
}

/** Reads `root`, `test.root`, `test.dir` and `test.include` of a Vitest configuration. */
export function placesOfVitest(config: Node): Places {
  const test = propertyOf(config, 'test')
  const of = (name: string) => (test?.type === 'ObjectExpression' ? propertyOf(test, name) : undefined)
  const settings = { root: of('root') ?? propertyOf(config, 'root'), dir: of('dir'), include: of('include') }
  const unreadable = Object.entries(settings).find(([, node]) => node && textsOf(node) === undefined)?.[0]
  const text = (node: Node | undefined) => plain(textsOf(node)?.[0] ?? '')
  const [root, dir] = [text(settings.root), text(settings.dir)]
  const globs = textsOf(settings.include) ?? VITEST_DEFAULT
  const patterns = globs.map(globToRegExp)
  return {
    root,
    directories: globs.map((glob) => [dir, directoryOf(glob)].filter(Boolean).join('/')),
    // The patterns are relative to the root, or, if there is one, to `dir`.
    finds: (path) => {
      if (dir !== '' && !path.startsWith(`${dir}/`)) return false
      const inside = dir === '' ? path : path.slice(dir.length + 1)
      return patterns.some((pattern) => pattern.test(inside))
    },
    ...(unreadable ? { unreadable } : {}),
  }
}

/** Reads `rootDir`, `roots`, `testMatch` and `testRegex` of a Jest configuration. */
export function placesOfJest(config: Node): Places {
  const of = (name: string) => propertyOf(config, name)
  const settings = {
    rootDir: of('rootDir'),
    roots: of('roots'),
    testMatch: of('testMatch'),
    testRegex: of('testRegex'),
  }
  const unreadable = Object.entries(settings).find(([, node]) => node && textsOf(node) === undefined)?.[0]
  const inRoot = (text: string) => plain(text.replace(/^<rootDir>\/?/, ''))
  const roots = (textsOf(settings.roots) ?? ['']).map(inRoot)
  const regexes = textsOf(settings.testRegex)?.map(
    (text) => new RegExp(text.replace('<rootDir>', '^/project')),
  )
  const globs = (textsOf(settings.testMatch) ?? JEST_DEFAULT).map(inRoot)
  const patterns = regexes ?? globs.map(globToRegExp)
  return {
    root: plain(textsOf(settings.rootDir)?.[0] ?? ''),
    directories: [...(regexes ? [] : globs.map(directoryOf)), ...roots],
    finds: (path) =>
      roots.some((root) => root === '' || path.startsWith(`${root}/`)) &&
      patterns.some((pattern) => pattern.test(regexes ? `/project/${path}` : path)),
    ...(unreadable ? { unreadable } : {}),
  }
}

/** The texts of a string or of an array of strings; `undefined` if it is anything else. */
function textsOf(node: Node | undefined): string[] | undefined {
  if (node === undefined) return undefined
  if (node.type === 'StringLiteral') return [String(node['value'])]
  if (node.type !== 'ArrayExpression') return undefined
  const texts = (node['elements'] as (Node | null)[]).map((element) =>
    element?.type === 'StringLiteral' ? String(element['value']) : undefined,
  )
  return texts.every((text) => text !== undefined) ? (texts as string[]) : undefined
}

function plain(path: string): string {
  return path.replace(/^\.\/?/, '').replace(/\/$/, '')
}
