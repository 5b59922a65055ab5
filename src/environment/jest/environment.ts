import * as VALUES from '../../client/values/classes.ts'
import type { Output } from '../leases/printed.ts'
import { ACCESS, type JestAccess } from './accessKey.ts'
import type { CircusState, CircusTest } from './circus.ts'
import { FileLeases } from './fileLeases.ts'
import { FilePython } from './filePython.ts'
import { JestLeaks } from './leaks.ts'
import { type EnvironmentClass, type EnvironmentConfig, loadBase } from './loadBase.ts'
import { Realm } from './realm.ts'
import { JestScopes } from './scopes.ts'

interface CircusEvent {
  name: string
  test?: CircusTest
}

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
    readonly #leases: FileLeases
    readonly #scopes: JestScopes
    readonly #leaks: JestLeaks
    #output: Output | undefined

    constructor(config: EnvironmentConfig, context: { testPath: string }) {
      super(config, context)
      const realm = new Realm(this.global)
      const leases = new FileLeases(config.projectConfig, context.testPath)
      const adopt = <T>(given: T) => realm.adopt(given)
      this.#leases = leases
      this.#leaks = new JestLeaks(context.testPath)
      const open = (test: string) => leases.open(test, { output: this.#output, adopt })
      this.#scopes = new JestScopes(open, this.#leaks)
      const python = new FilePython(() => leases.pool(), this.#scopes, realm)
      const prefetch = () => leases.prefetch()
      const access: JestAccess = {
        python,
        pythonPool: python,
        prefetch,
        errors: realm.errors,
        values: VALUES,
      }
      Object.defineProperty(this.global, ACCESS, { value: access })
      if (config.projectConfig.injectGlobals) Object.assign(this.global, { python, pythonPool: python })
    }

    override async setup(): Promise<void> {
      await super.setup()
      // Taken now: a test that mocks `console` later means its own output and not Python's.
      this.#output = methodsOf(this.global.console)
    }

    override async handleTestEvent(event: CircusEvent, state: CircusState): Promise<void> {
      await super.handleTestEvent?.(event, state)
      if (event.name === 'run_start') await this.#leases.prefetched()
      if (event.name === 'test_start' && event.test) this.#scopes.begin(event.test)
      if (ENDS.has(event.name) && event.test) await this.#scopes.finish(event.test)
      if (event.name !== 'run_finish') return
      await this.#scopes.end()
      this.#leaks.settle(state.unhandledErrors)
    }

    override async teardown(): Promise<void> {
      await this.#scopes.end()
      await this.#leases.releasePrefetched()
      await super.teardown()
    }
  }
}

function methodsOf(console: Console): Output {
  const names = ['debug', 'error', 'info', 'log', 'warn'] as const
  return Object.fromEntries(names.map((name) => [name, console[name].bind(console)])) as Output
}

const ENDS = new Set(['test_done', 'test_skip', 'test_todo'])
