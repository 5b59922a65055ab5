import { CallError } from '../../client/errors/errors.ts'
import type { PythonClient } from '../../client/session/pythonClient.ts'

/** The global `python` of the environment: the process of the running test file, leased with its first use. */
export interface PythonGlobal extends PythonClient {
  /** Resolves when the process is leased; from then on every member can be used, `pid` and `client` too. */
  ready(): Promise<PythonClient>
}

/** Members that need the leased process at once, and cannot wait for it. */
const IMMEDIATE = ['client', 'pid', 'runId', 'workerId']

type Members = Record<string, (...args: unknown[]) => unknown>

/** A client that leases its process when it is used. Nothing of the client is loaded before. */
export function lazyPython(lease: () => Promise<PythonClient>): PythonGlobal {
  let client: Members | undefined
  const ready = async () => {
    client ??= (await lease()) as unknown as Members
    return client
  }
  const later: Members = {
    ready,
    async *stream(...args) {
      yield* (await ready())['stream']?.(...args) as AsyncGenerator
    },
  }
  return new Proxy({} as PythonGlobal, {
    get(_, name) {
      // A promise's `then` is looked for in everything that is awaited.
      if (typeof name === 'symbol' || name === 'then') return undefined
      if (name === 'ready') return ready
      if (client) return bound(client, name)
      if (IMMEDIATE.includes(name))
        throw new CallError(
          'NOT_LEASED',
          `python.${name} is there once a process is leased: await python.ready() before.`,
        )
      return later[name] ?? (async (...args: unknown[]) => (await ready())[name]?.(...args))
    },
  })
}

function bound(client: Members, name: string): unknown {
  const member = client[name]
  return typeof member === 'function' ? member.bind(client) : member
}
