import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import type { Exit } from './exit.ts'

/** A child process, and its end. */
export interface Child {
  /** Absent if it could not be started. */
  readonly process: ChildProcess | undefined
  /** Resolves when it has ended and its pipes are closed; never rejects. */
  readonly ended: Promise<Exit & { error?: Error }>
}

/** Starts a process with Node alone, because loading execa takes longer than the start of a Python. */
export function startChild(file: string, args: readonly string[], options: SpawnOptions): Child {
  try {
    const child = spawn(file, args, options)
    const ended = new Promise<Exit & { error?: Error }>((resolve) => {
      // Node reports a signal that could not be sent, too, which is no end.
      child.on('error', (error) => {
        if (child.pid === undefined) resolve({ status: null, signal: null, error })
      })
      child.once('close', (status, signal) => resolve({ status, signal }))
    })
    return { process: child, ended }
  } catch (error) {
    return {
      process: undefined,
      ended: Promise.resolve({ status: null, signal: null, error: error as Error }),
    }
  }
}
