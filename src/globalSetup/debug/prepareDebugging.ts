import { NO_LIMIT_MS } from '../../client/lease/context.ts'
import type { ResolvedOptions } from '../../options/schema.ts'
import { DEBUG_HOST } from '../../pool/debug/debugPort.ts'
import type { DebugPorts } from '../../pool/debug/debugPorts.ts'
import { findInterpreter } from '../../pool/interpreter/find.ts'
import { findPackage } from '../../pool/interpreter/findPackage.ts'
import { SetupError } from '../../support/errors.ts'
import { announce } from '../run/output.ts'
import type { DebuggablePool, DebugRequest } from './debugRequest.ts'

/**
 * Opens the port of each pool that is debugged, and lifts its time limits. The option `debug` of the result is an object
 * if the pool is debugged, and `false` otherwise.
 *
 * @throws SetupError DEBUGPY_MISSING, DEBUG_PORT_TAKEN or that of the interpreter, if you have asked for a debugger.
 * Otherwise, a line says why there is none
 */
export async function prepareDebugging(
  root: string,
  pools: readonly (readonly [string, DebuggablePool])[],
  ports: DebugPorts,
): Promise<Record<string, ResolvedOptions>> {
  const prepared: Record<string, ResolvedOptions> = {}
  for (const [name, { options, wish }] of pools) {
    const isOn = wish !== undefined && (await openPort(root, options, ports, wish))
    prepared[name] = isOn ? withoutLimits(options, wish) : options
  }
  return prepared
}

function withoutLimits(options: ResolvedOptions, { port, wait }: DebugRequest): ResolvedOptions {
  return {
    ...options,
    debug: { port, wait },
    leaseTimeout: NO_LIMIT_MS,
    startupTimeout: NO_LIMIT_MS,
    resetTimeout: NO_LIMIT_MS,
  }
}

/** @returns whether it is open */
async function openPort(
  root: string,
  options: ResolvedOptions,
  ports: DebugPorts,
  wish: DebugRequest,
): Promise<boolean> {
  try {
    await requireDebugpy(root, options)
    if (ports.get(wish.port)) return true
    await ports.open(wish.port, wish.wait, announce).catch((error: NodeJS.ErrnoException) => {
      throw portError(wish.port, error)
    })
    announce(invitation(wish))
    return true
  } catch (error) {
    if (wish.isExplicit) throw error
    // Without Python, the tests that need it get the error of the interpreter.
    if (error instanceof SetupError && OWN.has(error.code))
      announce(`Python is not debugged: ${error.message}`)
    return false
  }
}

const OWN = new Set(['DEBUGPY_MISSING', 'DEBUG_PORT_TAKEN'])

async function requireDebugpy(root: string, { python, env }: ResolvedOptions): Promise<void> {
  const { executable } = await findInterpreter({ root, python, env: process.env })
  const found = await findPackage('debugpy', executable, root, { ...process.env, ...env })
  if (found.version) return
  const what = found.failure
    ? `debugpy cannot be imported by ${executable}: ${found.failure}`
    : `debugpy is not installed for ${executable}. Install it there: ${executable} -m pip install debugpy`
  throw new SetupError('DEBUGPY_MISSING', what)
}

function portError(port: number, error: NodeJS.ErrnoException): SetupError {
  const isTaken = error.code === 'EADDRINUSE'
  const what = isTaken
    ? 'another program is using the port. End that program, or'
    : `${error.message}. Please`
  return new SetupError(
    'DEBUG_PORT_TAKEN',
    `The Python debugger cannot listen on ${DEBUG_HOST}:${port}: ${what} ` +
      `choose another port, as in python({ debug: { port: 5699 } })`,
    { cause: error },
  )
}

function invitation({ port, wait }: DebugRequest): string {
  const waits = wait ? ' The first call of each test waits for it.' : ''
  return `Python debugger listens on ${DEBUG_HOST}:${port}: attach your editor (debugpy).${waits}`
}
