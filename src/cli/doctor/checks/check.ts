/** `warning`: works, but not as well as it could. `problem`: does not work. */
export type State = 'ok' | 'warning' | 'problem'

/** The result of a check. */
export interface Judgement {
  state: State
  found: string
  /** What to do, if the state is not `ok`. */
  remedy: string
}

/** Gathers facts and judges them separately, so a test can show every outcome on any machine. */
export interface Check<Facts> {
  name: string
  /** The only platform to which the check applies. Default: all platforms */
  only?: NodeJS.Platform
  gather(cwd: string): Facts | Promise<Facts>
  judge(facts: Facts): Judgement
  /** Whether the result is shown. Default: always */
  applies?(facts: Facts): boolean
}

export const ok = (found: string): Judgement => ({ state: 'ok', found, remedy: '' })
export const warning = (found: string, remedy: string): Judgement => ({ state: 'warning', found, remedy })
export const problem = (found: string, remedy: string): Judgement => ({ state: 'problem', found, remedy })
