import { SetupError } from '../../support/errors.ts'
import { PYTHON_ENVIRONMENT } from '../leases/marker.ts'
import { baseOf, builtinEnvironments, type Environment, explained, type Options } from './baseEnvironment.ts'

const builtins = await builtinEnvironments()
const MODE = 'transformMode' in (builtins['node'] as Environment) ? 'transformMode' : 'viteEnvironment'

/** Vitest's environment `python`: node, jsdom or happy-dom, with the global `python`. */
const environment: Environment = {
  name: 'python',
  [MODE]: 'ssr',
  async setup(global, options) {
    const { name, base } = choose(options)
    const below = await explained(name, base.setup(global, options))
    mark(global)
    return {
      teardown(global) {
        delete (global as { python?: unknown }).python
        return below.teardown(global)
      },
    }
  },
  async setupVM(options) {
    const { name, base } = choose(options)
    const vm = await explained(name, (base as Required<Environment>).setupVM(options))
    mark(vm.getVmContext())
    return vm
  },
}

export default environment

/** Chooses the base environment. Files are transformed the way that it needs, which is known only now. */
function choose(options: Options): { name: string; base: Environment } {
  const name = baseOf(options)
  const base = builtins[name] as Environment
  environment[MODE] = base[MODE] as string
  return { name, base }
}

/** Marks the global object. The setup file replaces `python` later: in a VM, an environment runs outside of the tests' context. */
function mark(global: object): void {
  Object.defineProperty(global, PYTHON_ENVIRONMENT, { value: true, configurable: true })
  Object.defineProperty(global, 'python', { get: refuse, configurable: true })
}

function refuse(): never {
  throw new SetupError(
    'NOT_CONFIGURED',
    "The environment 'python' needs the plugin of vitest-environment-python/vitest in this project's configuration. " +
      "If you don't use the plugin, add test.setupFiles: ['vitest-environment-python/vitest/setup'].",
  )
}
