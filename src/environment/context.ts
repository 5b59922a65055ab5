import { inject } from 'vitest'
import { CONTEXT_KEY, type RunContext } from '../client/context.ts'
import { PROTOCOL } from '../process/protocol.ts'

/** The run that the tests of this process belong to; `undefined` where the global setup did not run. */
export function findContext(): RunContext | undefined {
  return (inject as (key: string) => RunContext | undefined)(CONTEXT_KEY)
}

/** The same, for whoever cannot do without. */
export function requireContext(): RunContext {
  const context = findContext()
  if (!context) throw new Error(MISSING)
  if (context.protocol === PROTOCOL) return context
  throw new Error(
    `The run speaks protocol ${context.protocol} and these fixtures ${PROTOCOL}: two versions of vitest-environment-python are installed. Install one.`,
  )
}

const MISSING = `This test uses Python, but the configuration of its project does not start it. Add the plugin to the Vitest configuration:

  import { python } from 'vitest-environment-python/vitest'

  export default defineConfig({
    plugins: [python({ modules: ['./python/tools.py'] })],
  })

or, without the plugin, test.globalSetup: ['vitest-environment-python/vitest/global-setup'].`
