import { delimiter, dirname, join } from 'node:path'
import { integrationCache } from './installation.ts'

/** What the outer Vitest, a CI or a terminal say, and an inner run must not hear. */
const FOREIGN =
  /^(VITEST|TEST|NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|DEV|PROD|SSR|MODE|BASE_URL|TINYPOOL_|CI$|GITHUB_|GITLAB_|FORCE_COLOR|INNER_|npm_)/
/** What chooses the Python that inner runs use. */
const KEPT = ['VITEST_PYTHON']

/** The environment of an inner run: this one, as it would be in a shell. */
export function cleanEnvironment(node: string): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && (KEPT.includes(name) || !FOREIGN.test(name)),
  ) as [string, string][]
  const path = [dirname(node), process.env['PATH']].join(delimiter)
  return {
    ...Object.fromEntries(inherited),
    PATH: path,
    NO_COLOR: '1',
    VITEST_PYTHON_CACHE: join(integrationCache, 'python'),
  }
}
