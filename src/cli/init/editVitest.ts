import { isRepeatable, lastSpread, locateConfig, type Node, propertyOf, sourceOf } from './locate.ts'
import {
  appendProperty,
  type Insertion,
  insertElement,
  insertImport,
  insertProperty,
  splice,
} from './splice.ts'

const PLUGIN = 'vitest-environment-python/vitest'

/** In the order in which Vitest looks for them. */
export const VITEST_CONFIGS = ['vitest', 'vite'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.config.${extension}`),
)

/** The edited text; or nothing to do; or why it cannot be edited, as the end of "… cannot be edited: it". */
export type Edit = { code: string } | { unchanged: true } | { refusal: string }

/**
 * Adds the plugin to a Vitest or Vite configuration.
 *
 * @param types where TypeScript types go; none: `undefined`
 */
export function editVitest(code: string, module: string, types?: string): Edit {
  if (code.includes(PLUGIN)) return { unchanged: true }
  const located = locateConfig(code)
  if ('refusal' in located) return located
  const quote = code.includes('"') && !code.includes("'") ? '"' : "'"
  const call = callOf(module, types, quote)
  const plugins = propertyOf(located.config, 'plugins')
  if (plugins && plugins.type !== 'ArrayExpression') return { refusal: 'has plugins that are not an array' }
  const spread = lastSpread(located.config)
  if (spread && plugins && plugins.start < spread.start)
    return { refusal: 'has plugins before a spread, which may replace them' }
  if (spread && !plugins && !isRepeatable(spread))
    return { refusal: 'spreads the result of a call, of which init cannot know what it holds' }
  const insertion = plugins
    ? insertElement(code, plugins, call)
    : insertPlugins(code, located.config, spread, call)
  return { code: splice(code, [insertImport(code, located, '{ python }', PLUGIN), insertion]) }
}

/** A spread may contain plugins. So our list is inserted after it, and includes them. */
function insertPlugins(code: string, config: Node, spread: Node | undefined, call: string): Insertion {
  if (!spread) return insertProperty(code, config, `plugins: [${call}]`)
  return appendProperty(code, config, `plugins: [...(${sourceOf(code, spread)}.plugins ?? []), ${call}]`)
}

function callOf(module: string, types: string | undefined, quote = "'"): string {
  const option = types === undefined ? '' : `, types: ${quote}${types}${quote}`
  return `python({ modules: [${quote}${module}${quote}]${option} })`
}

/** A configuration for a project that has none. */
export function newVitest(module: string, types?: string): string {
  return [
    "import { defineConfig } from 'vitest/config'",
    ...newSnippet(module).split('\n').slice(0, 1),
    '',
    'export default defineConfig({',
    `  plugins: [${callOf(module, types)}],`,
    '})\n',
  ].join('\n')
}

/** The lines to paste into a configuration that cannot be edited. */
export function newSnippet(module: string, types?: string): string {
  return `import { python } from '${PLUGIN}'\n\nplugins: [${callOf(module, types)}]`
}
