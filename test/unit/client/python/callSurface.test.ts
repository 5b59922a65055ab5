import { expect, test } from 'vitest'
import type { Caller } from '../../../../src/client/errors/caller.ts'
import { CodeSurface } from '../../../../src/client/python/callSurface.ts'
import { LazyPython } from '../../../../src/client/python/lazyPython.ts'
import type { LeasedPython } from '../../../../src/client/python/leasedPython.ts'
import { PythonView } from '../../../../src/client/python/pythonView.ts'
import type { CallOptions } from '../../../../src/client/session/callOptions.ts'

interface Carried {
  what: unknown
  options: CallOptions
  here: Caller
}

/** Carries out no call, and remembers each. */
class Recorder extends CodeSurface {
  readonly carried: Carried[] = []

  /** There are no stubs. */
  stubChannels() {}

  override async invoke(what: unknown, args: unknown, options: CallOptions, here: Caller) {
    this.carried.push({ what: [what, args], options, here })
  }

  override async *iterate(what: unknown, args: unknown, options: CallOptions, here: Caller) {
    this.carried.push({ what: [what, args], options, here })
    yield 'item'
  }

  override async evaluate({ verb, source, values }: never, options: CallOptions, here: Caller) {
    this.carried.push({ what: [verb, String(source), values], options, here })
  }
}

class Lazy extends LazyPython {
  readonly #client: Recorder
  leases = 0

  constructor(client: Recorder) {
    super()
    this.#client = client
  }

  override async ready() {
    this.leases++
    return this.#client as unknown as LeasedPython
  }
}

const surfaces = [
  ['a leased client', (recorder: Recorder) => recorder],
  ['a view', (recorder: Recorder) => new PythonView(recorder as unknown as LeasedPython, {})],
  ['a lazy client', (recorder: Recorder) => new Lazy(recorder)],
] as const

test.each(surfaces)('%s carries every kind of call, with its place in the test', async (_, surfaceOf) => {
  const recorder = new Recorder()
  const python = surfaceOf(recorder)
  const signal = AbortSignal.timeout(1)
  await python.call('m.f')
  await python.ref('m.f', { a: 1 }, { timeout: 5 })
  for await (const item of python.stream('m.g', [1], { signal })) expect(item).toBe('item')
  await python.eval`${1} + ${2}`
  await python.exec('pass')
  expect(recorder.carried.map(({ what, options }) => [what, options])).toEqual([
    [[{ name: 'm.f' }, []], {}],
    [[{ name: 'm.f', keep: true }, { a: 1 }], { timeout: 5 }],
    [['m.g', [1]], { signal }],
    [['EVAL', ', + ,', [1, 2]], {}],
    [['EXEC', 'pass', []], {}],
  ])
  for (const { here } of recorder.carried) {
    expect(here.stack?.split('\n')[1]).toContain('callSurface.test.ts')
  }
})

test("a view has its test's options unless a call has its own", async () => {
  const recorder = new Recorder()
  const signal = AbortSignal.timeout(1)
  const view = new PythonView(recorder as unknown as LeasedPython, { signal, timeout: 7 })
  await view.call('m.f')
  await view.call('m.f', [], { timeout: 5 })
  await view.eval('1')
  expect(recorder.carried.map(({ options }) => options)).toEqual([
    { signal, timeout: 7 },
    { signal, timeout: 5 },
    { signal, timeout: 7 },
  ])
})

test('a lazy client asks which process each call is for, and leases none before', async () => {
  const python = new Lazy(new Recorder())
  expect(python.leases).toBe(0)
  await python.call('m.f')
  await python.exec('pass')
  expect(python.leases).toBe(2)
})
