import { NO_LIMIT_MS } from '../../client/lease/context.ts'
import { isJestDebugged } from '../../client/lease/jestContext.ts'
import * as VALUES from '../../client/values/classes.ts'
import type { Output } from '../leases/printed.ts'
import { ACCESS, type JestAccess } from './accessKey.ts'
import type { CircusHook, CircusState, CircusTest } from './circus.ts'
import { FileLeases } from './fileLeases.ts'
import { FilePython } from './filePython.ts'
import { JestLeaks } from './leaks.ts'
import type { BaseEnvironment, EnvironmentConfig } from './loadBase.ts'
import { Realm } from './realm.ts'
import { JestScopes } from './scopes.ts'

export interface CircusEvent {
  name: string
  test?: CircusTest
  hook?: CircusHook
}

/** Python in one test file of Jest: its globals, and its leases, which follow the file's tests. */
export class PythonOfFile {
  readonly #leases: FileLeases
  readonly #scopes: JestScopes
  readonly #leaks: JestLeaks
  readonly #isDebugged = isJestDebugged()

  /** Adds the globals. @param global the file's global object, before a test can mock its `console` */
  constructor(
    global: BaseEnvironment['global'],
    project: EnvironmentConfig['projectConfig'],
    testPath: string,
  ) {
    const realm = new Realm(global)
    const adopt = <T>(given: T) => realm.adopt(given)
    const output = methodsOf(global.console)
    const leases = new FileLeases(project, testPath)
    this.#leases = leases
    this.#leaks = new JestLeaks(testPath)
    this.#scopes = new JestScopes((test) => leases.open(test, { output, adopt, global }), this.#leaks)
    const python = new FilePython(() => leases.pool(), this.#scopes, realm)
    const access: JestAccess = {
      python,
      pythonPool: python,
      prefetch: () => leases.prefetch(),
      errors: realm.errors,
      values: VALUES,
    }
    Object.defineProperty(global, ACCESS, { value: access })
    if (project.injectGlobals) Object.assign(global, { python, pythonPool: python })
  }

  async handleTestEvent({ name, test, hook }: CircusEvent, state: CircusState): Promise<void> {
    if (this.#isDebugged) liftLimit(name, test, hook)
    if (name === 'run_start') await this.#leases.prefetched()
    if (name === 'test_start' && test) this.#scopes.begin(test)
    if (ENDS.has(name) && test) await this.#scopes.finish(test)
    if (name !== 'run_finish') return
    await this.#scopes.end()
    this.#leaks.settle(state.unhandledErrors)
  }

  /** Releases all leases of the file. */
  async end(): Promise<void> {
    await this.#scopes.end()
    await this.#leases.releasePrefetched()
  }
}

function methodsOf(console: Console): Output {
  const names = ['debug', 'error', 'info', 'log', 'warn'] as const
  return Object.fromEntries(names.map((name) => [name, console[name].bind(console)])) as Output
}

/** A debugger may stop Python for any time. Jest reads the limit after these events. */
function liftLimit(name: string, test?: CircusTest, hook?: CircusHook): void {
  if (name === 'hook_start' && hook) hook.timeout = NO_LIMIT_MS
  if (name === 'test_fn_start' && test) test.timeout = NO_LIMIT_MS
}

const ENDS = new Set(['test_done', 'test_skip', 'test_todo'])
