/** `warning`: works, but less well than it could. `problem`: does not work. */
export type State = 'ok' | 'warning' | 'problem'

/** What a check makes of the facts. */
export interface Judgement {
  state: State
  found: string
  /** What to do, where it is not `ok`. */
  remedy: string
}

/** Gathers facts, and judges them apart from that, so that every outcome can be shown without its machine. */
export interface Check<Facts> {
  name: string
  /** The platform that has what is looked at. Default: each */
  only?: NodeJS.Platform
  gather(cwd: string): Facts | Promise<Facts>
  judge(facts: Facts): Judgement
}

export const ok = (found: string): Judgement => ({ state: 'ok', found, remedy: '' })
export const warning = (found: string, remedy: string): Judgement => ({ state: 'warning', found, remedy })
export const problem = (found: string, remedy: string): Judgement => ({ state: 'problem', found, remedy })
