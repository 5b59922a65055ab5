import type { TestProject } from 'vitest/node'
import { CONTEXT_KEY } from '../client/context.ts'
import { resolveOptions } from '../pool/options.ts'
import { holdExitCode } from './exitCode.ts'
import { announce } from './output.ts'
import { registry } from './registry.ts'

/**
 * Global setup of a Vitest project. The options come from the plugin, or without it from
 * `environmentOptions.python`.
 *
 * @throws SetupError what keeps Python from being found or installed
 */
export async function setup(project: TestProject): Promise<void> {
  if (process.platform === 'win32') {
    throw new Error(
      'vitest-environment-python does not run on Windows; run the tests inside WSL, where it does.',
    )
  }
  if (project.config.browser?.enabled) {
    throw new Error(
      'vitest-environment-python cannot serve tests in the browser, which has no Unix sockets; ' +
        'keep the tests that need Python in a project without browser mode.',
    )
  }
  const written = (project.config.environmentOptions as Record<string, unknown> | undefined)?.['python']
  const options = resolveOptions(written, 'The configuration of vitest-environment-python')
  const context = await registry().acquire(project.config.root, options)
  project.provide(CONTEXT_KEY, context)
}

/** Ends the run when its last project is torn down, and prints the verdict. */
export async function teardown(): Promise<void> {
  await holdExitCode(async () => {
    const outcome = await registry().release()
    for (const text of outcome.reports) announce(text)
    return outcome.failed
  })
}

declare module 'vitest' {
  interface ProvidedContext {
    'vitest-environment-python': import('../client/context.ts').RunContext
  }
}
