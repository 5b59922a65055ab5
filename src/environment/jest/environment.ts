import { relative } from 'node:path'
import { JEST_VARIABLE } from '../../client/lease/context.ts'
import * as VALUES from '../../client/values/classes.ts'
import type { Output } from '../leases/printed.ts'
import { ACCESS, type JestAccess } from './accessKey.ts'
import { type EnvironmentClass, type EnvironmentConfig, loadBase } from './base.ts'
import { requireJestContext } from './context.ts'
import { FilePython } from './python.ts'
import { Realm } from './realm.ts'
import { type CircusTest, JestScopes } from './scopes.ts'

interface CircusEvent {
  name: string
  test?: CircusTest
}

/**
 * Environment of a Jest test file: jest-environment-node, or what `testEnvironmentOptions.python.base` names, with the
 * globals `python` and `pythonPool`.
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
    readonly #scopes: JestScopes
    #output: Output | undefined
    #ahead: Promise<void> | undefined
    #releasePrefetched = async () => {}

    constructor(config: EnvironmentConfig, context: { testPath: string }) {
      super(config, context)
      const { projectConfig } = config
      const pool = () => requireJestContext(projectConfig)
      const leasesOfFile = async () => {
        const { leasesOf } = await import('./leases.ts')
        const leases = leasesOf(await pool())
        this.#releasePrefetched = () => leases.releasePrefetched()
        return leases
      }
      const file = relative(projectConfig.rootDir, context.testPath)
      const realm = new Realm(this.global)
      this.#scopes = new JestScopes(async (test) => {
        const { TestLeases } = await import('./leases.ts')
        return new TestLeases(await leasesOfFile(), { file, test }, {}, 0, {
          output: this.#output,
          adopt: (given) => realm.adopt(given),
        })
      })
      const prefetch = () => {
        if (process.env[JEST_VARIABLE] === undefined) return
        this.#ahead ??= leasesOfFile().then((leases) => leases.prefetch(file))
        // What keeps it from starting is left for the test to meet.
        this.#ahead.catch(() => {})
      }
      const python = new FilePython(pool, this.#scopes, realm)
      const access: JestAccess = {
        python,
        pythonPool: python,
        prefetch,
        errors: realm.errors,
        values: VALUES,
      }
      Object.defineProperty(this.global, ACCESS, { value: access })
      if (projectConfig.injectGlobals) Object.assign(this.global, { python, pythonPool: python })
    }

    override async setup(): Promise<void> {
      await super.setup()
      // As it is now: a test that mocks `console` means its own output and not Python's.
      this.#output = methodsOf(this.global.console)
    }

    override async handleTestEvent(event: CircusEvent, state: unknown): Promise<void> {
      await super.handleTestEvent?.(event, state)
      if (event.name === 'run_start') await this.#ahead?.catch(() => {})
      if (event.name === 'test_start' && event.test) this.#scopes.begin(event.test)
      if (ENDS.has(event.name) && event.test) await this.#scopes.finish(event.test)
    }

    override async teardown(): Promise<void> {
      await this.#scopes.end()
      await this.#releasePrefetched()
      await super.teardown()
    }
  }
}

function methodsOf(console: Console): Output {
  const names = ['debug', 'error', 'info', 'log', 'warn'] as const
  return Object.fromEntries(names.map((name) => [name, console[name].bind(console)])) as Output
}

const ENDS = new Set(['test_done', 'test_skip', 'test_todo'])
