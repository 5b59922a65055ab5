import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveOptions, resolvePools } from '../../../src/options/options.ts'
import { optionNames } from '../../../src/options/schema.ts'
import { SetupError } from '../../../src/support/errors.ts'

test('no options are good options', () => {
  expect(resolveOptions({})).toMatchObject({ modules: [], isolation: 'test', start: 'lazy' })
  expect(resolveOptions(undefined)).toEqual(resolveOptions({}))
})

test.each([
  [{ module: ['x.py'] }, 'module: there is no such option. Did you mean modules?'],
  [{ moduls: ['x.py'] }, 'Did you mean modules?'],
  [{ isolatiom: 'test' }, 'Did you mean isolation?'],
  [{ isollation: 'test' }, 'Did you mean isolation?'],
  [{ mods: ['x.py'] }, 'mods: there is no such option. There are python, modules, '],
  [{ Isolation: 'test' }, 'Did you mean isolation?'],
  [{ nonsense: 1 }, 'nonsense: there is no such option. There are python, modules,'],
  [{ isolation: 'tests' }, 'isolation is "tests": write "test", "file" or "shared"'],
  [{ modules: './x.py' }, 'modules is "./x.py": write a list, as in ["./python/tools.py"]'],
  [{ modules: [''] }, 'modules.0 is "": leave out empty texts'],
  [
    { services: ['app.embed'] },
    'services.0 is "app.embed": write "module:function", as in "app.embed:register"',
  ],
  [{ maxWorkers: 0 }, 'maxWorkers is 0: write at least 1'],
  [{ spares: 1.5 }, 'spares is 1.5: write a whole number'],
  [{ leaseTimeout: 2 ** 31 }, 'leaseTimeout is 2147483648: leaseTimeout is at most 2000000000'],
  [{ startupTimeout: '5s' }, 'startupTimeout is "5s": startupTimeout is a number of milliseconds'],
  [{ recycle: { leases: 0 } }, 'recycle.leases is 0: write at least 1'],
  [{ recycle: { uses: 3 } }, 'recycle.uses: there is no such option'],
  [{ recycle: { lease: 3 } }, 'recycle.lease: there is no such option. Did you mean recycle.leases?'],
  [{ orphans: 'ignore' }, 'orphans is "ignore": write "fail" or "warn"'],
  [{ orphans: false }, 'orphans is false: write "fail", "warn" or an object, as in { keep: ["gpg-agent"] }'],
  [{ orphans: ['gpg-agent'] }, 'orphans is ["gpg-agent"]: write "fail", "warn" or an object'],
  [{ orphans: { action: 'keep' } }, 'orphans.action is "keep": write "fail" or "warn"'],
  [{ orphans: { blame: 'file' } }, 'orphans.blame is "file": write "test" or "run"'],
  [{ orphans: { keeps: [] } }, 'orphans.keeps: there is no such option. Did you mean orphans.keep?'],
  [
    { orphans: { other: 1 } },
    'orphans.other: there is no such option. There are orphans.action, orphans.keep',
  ],
  [{ orphans: { keep: 'gpg-agent' } }, 'orphans.keep is "gpg-agent": write a list, as in ["gpg-agent"]'],
  [{ orphans: { keep: [7] } }, 'orphans.keep.0 is 7: write the name or the path of an executable'],
  [{ orphans: { keep: [''] } }, 'orphans.keep.0 is "": write the name or the path of an executable'],
  [{ orphans: { keep: ['gpg-*'] } }, 'orphans.keep.0 is "gpg-*": write a name or a path, not a pattern'],
  [{ orphans: { keep: ['bin/agent'] } }, 'an absolute path as in "/usr/bin/gpg-agent"'],
  [
    { orphans: { keep: ['a', 'node'] } },
    'orphans.keep.1 is "node": it is an interpreter, a shell or a launcher',
  ],
  [
    { pools: { gpu: { orphans: { keep: ['sh'] } } } },
    'pools.gpu.orphans.keep.0 is "sh": it is an interpreter',
  ],
  [{ debug: 5678 }, 'debug is 5678: write true, false or an object, as in { port: 5679 }'],
  [{ debug: null }, 'debug is null: write true, false or an object'],
  [{ debug: { port: 0 } }, 'debug.port is 0: write a port number from 1 to 65535'],
  [{ debug: { port: '5678' } }, 'debug.port is "5678": write a port number from 1 to 65535'],
  [{ debug: { ports: 1 } }, 'debug.ports: there is no such option. Did you mean debug.port?'],
  [{ debug: { wait: 'no' } }, 'debug.wait is "no": write true or false'],
  [{ pools: { gpu: { debug: { port: 70_000 } } } }, 'pools.gpu.debug.port is 70000: write a port number'],
  [{ reset: 'reset' }, 'reset is "reset": write "module.function", as in "models.reset"'],
  [{ reset: 'm.reset' }, 'reset is "m.reset", but isolation is "test"'],
  [
    { pools: { gpu: { isolation: 'file', reset: 'm.reset' } } },
    'pools.gpu.reset is "m.reset", but isolation is "file"',
  ],
  [{ resetTimeout: 0 }, 'resetTimeout is 0: resetTimeout is at least 1'],
  [{ transport: 'http' }, 'transport is "http": write "auto", "grpc" or "tls"'],
  [{ affinity: 'always' }, 'affinity is "always": write "hint" or "strict"'],
  [{ env: { A: 1 } }, 'env.A is 1: write texts only'],
  [{ python: '' }, 'python is "": write a path or a command'],
  ['fork', 'write an object of options'],
  [{ pools: ['gpu'] }, 'pools.0 is "gpu": write an object of options'],
  [{ pools: { gpu: true } }, 'pools.gpu is true: write an object of options'],
  [{ pools: { 'g p u': {} } }, 'name a pool with letters, digits, "_" and "-"'],
  [{ pools: { gpu: { maxWorkers: 0 } } }, 'pools.gpu.maxWorkers is 0: write at least 1'],
  [{ pools: { gpu: { pools: {} } } }, 'pools.gpu.pools: there is no such option'],
])('%j is refused in a sentence', (options, sentence) => {
  expect(() => resolvePools(options)).toThrow(sentence)
})

test('every wrong option is named at once', () => {
  expect(() => resolveOptions({ spares: -1, start: 'soon' })).toThrow(/start is "soon"[\s\S]*spares is -1/)
})

test('whatever is written, the answer is options or a sentence', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...optionNames, 'other'), fc.jsonValue()), (options) => {
      try {
        expect(resolvePools(options)).toHaveProperty('default.isolation')
      } catch (error) {
        expect(error).toBeInstanceOf(SetupError)
        expect((error as SetupError).code).toBe('OPTIONS_INVALID')
        for (const line of (error as Error).message.split('\n').slice(1)) expect(line).toMatch(/^ {2}- \S/)
      }
    }),
  )
})

test('a pool has the options beside it, and its own on top', () => {
  const given = {
    modules: ['a.py'],
    maxWorkers: 3,
    pools: { gpu: { maxWorkers: 1 }, default: { spares: 0 } },
  }
  const pools = resolvePools(given)
  expect(pools).toEqual({
    default: resolvePools({ modules: ['a.py'], maxWorkers: 3, spares: 0 })['default'],
    gpu: resolvePools({ modules: ['a.py'], maxWorkers: 1 })['default'],
  })
})

test('there is always a default pool', () => {
  expect(Object.keys(resolvePools({}))).toEqual(['default'])
})

test.each([
  ['fail', { action: 'fail', keep: [], blame: 'test' }],
  ['warn', { action: 'warn', keep: [], blame: 'test' }],
  [undefined, { action: 'fail', keep: [], blame: 'test' }],
  [{}, { action: 'fail', keep: [], blame: 'test' }],
  [{ blame: 'run' }, { action: 'fail', keep: [], blame: 'run' }],
  [
    { action: 'warn', keep: ['gpg-agent', '/opt/agent'] },
    { action: 'warn', keep: ['gpg-agent', '/opt/agent'], blame: 'test' },
  ],
] as const)('orphans: %j has one resolved shape', (orphans, resolved) => {
  expect(resolvePools({ orphans })['default']?.orphans).toEqual(resolved)
  expect(resolvePools({ pools: { gpu: { orphans } } })['gpu']?.orphans).toEqual(resolved)
})

test.each([
  [undefined, undefined],
  [false, false],
  [true, { port: 5678 }],
  [{}, { port: 5678 }],
  [
    { port: 5679, wait: false },
    { port: 5679, wait: false },
  ],
])('debug: %j is resolved to %j', (debug, resolved) => {
  expect(resolveOptions({ debug }).debug).toEqual(resolved)
})
