/** Where the attached debugger is: with a worker that a test uses, or with one that no test needs any more. */
export type ClientPlace = 'nowhere' | 'at work' | 'idle'

/** The facts that decide how a worker begins its first call. */
export interface DebugFacts {
  /** Whether a debugger has connected that belongs to no worker yet. */
  readonly isHeld: boolean
  readonly attached: ClientPlace
  /** Whether workers wait for a debugger if none is attached. */
  readonly waits: boolean
}

/**
 * The next step for a worker that is about to begin its first call. `send back`: the attached debugger is asked to connect
 * again, and the worker waits for it. One debugger handles one worker, so other workers `go on`.
 */
export function nextStep({ isHeld, attached, waits }: DebugFacts): 'join' | 'send back' | 'wait' | 'go on' {
  if (isHeld) return 'join'
  if (attached === 'idle') return 'send back'
  return attached === 'nowhere' && waits ? 'wait' : 'go on'
}
