import type { CircusState } from './circus.ts'
import { stopOptimizing } from './detectLeaks.ts'
import { type EnvironmentClass, type EnvironmentConfig, loadBase } from './loadBase.ts'
import type { CircusEvent, PythonOfFile } from './pythonOfFile.ts'

// Jest constructs an environment at once, and requires this as CommonJS. All the rest are ES modules, which `setup` waits
// for. They are imported here, not in `setup`, so nothing of a test file is in their asynchronous context.
const python = import('./pythonOfFile.ts')
python.catch(() => {})

/**
 * Jest's test environment with the globals `python` and `pythonPool`. It builds on jest-environment-node, or on the
 * environment that `testEnvironmentOptions.python.base` names.
 */
export default class PythonEnvironment {
  constructor(config: EnvironmentConfig, context: { testPath: string }) {
    const Base = withPython(loadBase(config.projectConfig))
    // biome-ignore lint/correctness/noConstructorReturn: the class to extend is known only now
    return new Base(config, context) as unknown as PythonEnvironment
  }
}

function withPython(Base: EnvironmentClass): EnvironmentClass {
  return class extends Base {
    readonly #project: EnvironmentConfig['projectConfig']
    readonly #testPath: string
    #python: PythonOfFile | undefined

    constructor(config: EnvironmentConfig, context: { testPath: string }) {
      super(config, context)
      this.#project = config.projectConfig
      this.#testPath = context.testPath
      if (config.projectConfig.detectLeaks) stopOptimizing()
    }

    override async setup(): Promise<void> {
      await super.setup()
      const { PythonOfFile } = await python
      this.#python = new PythonOfFile(this.global, this.#project, this.#testPath)
    }

    override async handleTestEvent(event: CircusEvent, state: CircusState): Promise<void> {
      await super.handleTestEvent?.(event, state)
      await this.#python?.handleTestEvent(event, state)
    }

    override async teardown(): Promise<void> {
      await this.#python?.end()
      await super.teardown()
    }
  }
}
