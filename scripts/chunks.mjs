// Puts the modules that one process always loads together into one file of `dist`. Node resolves, reads and links each file
// by itself, which costs more than the code in it.

/** The entry points that load most, by their sources. */
const ENTRIES = {
  plugin: /\/src\/globalSetup\/vitest\/plugin\.ts$/,
  main: /\/src\/globalSetup\/\w+\/globalSetup\.ts$/,
  environment: /\/src\/environment\/vitest\/environment\.ts$/,
  setupFile: /\/src\/environment\/vitest\/setup\.ts$/,
  fixtures: /\/src\/environment\/vitest\/fixtures\.ts$/,
  jest: /\/src\/environment\/jest\//,
  leases: /\/src\/environment\/leases\/\w+Leases\.ts$/,
  tests: /\/src\/environment\//,
}

/** Jest's realms take these lists as objects, which are code of their own. Everyone else imports single names. */
const LISTS = /\/src\/client\/\w+\/classes\.ts$/

/** A module of at most so many characters may be loaded by processes that do without it. */
const SMALL = 300

/** A group of the bundler: the name of the file for a module; `null` if the bundler decides. */
export function chunkOf() {
  const known = new Map()
  return (id, context) => {
    const { isEntry, importedIds, code } = context.getModuleInfo(id) ?? {}
    if (isEntry) return null
    if (LISTS.test(id)) return 'classes'
    const roots = rootsOf(id, context, known)
    const by = Object.fromEntries(
      Object.entries(ENTRIES).map(([name, pattern]) => [name, [...roots].some((root) => pattern.test(root))]),
    )
    return nameOf({ ...by, small: importedIds?.length === 0 && code?.length < SMALL })
  }
}

/** A file has no code that a process which loads it does without, apart from a few lines. Only `hooks` imports Vitest. */
function nameOf({ plugin, main, environment, setupFile, fixtures, jest, leases, tests, small }) {
  if (plugin || main) return tests ? 'common' : plugin ? 'options' : 'run'
  if (small && fixtures) return 'common'
  if (jest || environment) return fixtures && jest && !setupFile ? 'python' : null
  if (setupFile) return 'hooks'
  return fixtures && leases ? 'leases' : null
}

/** The modules by which this one can be loaded: the entry points, and the targets of dynamic imports. */
function rootsOf(id, context, known) {
  if (known.has(id)) return known.get(id)
  const roots = new Set()
  const seen = new Set()
  const visit = (at) => {
    if (seen.has(at)) return
    seen.add(at)
    const { isEntry, importers = [], dynamicImporters = [] } = context.getModuleInfo(at) ?? {}
    if (isEntry || dynamicImporters.length > 0) roots.add(at)
    for (const importer of importers) visit(importer)
  }
  visit(id)
  known.set(id, roots)
  return roots
}
