import { dirname } from 'node:path'
import { listRunDirectories, runsDirectory } from '../../process/run/runDirectory.ts'
import { type Check, ok, problem, warning } from './check.ts'

export interface SocketPathFacts {
  /** The directory of this user's runs. */
  runs: string
  wanted: string | undefined
  /** Why it is not believed. */
  unsafe: string | undefined
}

export const socketPathCheck: Check<SocketPathFacts> = {
  name: 'sockets',
  gather() {
    let unsafe: string | undefined
    try {
      listRunDirectories()
    } catch (error) {
      unsafe = (error as Error).message
    }
    return { runs: runsDirectory(), wanted: process.env['XDG_RUNTIME_DIR'], unsafe }
  },
  judge({ runs, wanted, unsafe }) {
    if (unsafe !== undefined) return problem(unsafe, 'delete it, or point XDG_RUNTIME_DIR elsewhere')
    if (wanted && dirname(runs) !== wanted.replace(/\/+$/, ''))
      return warning(
        `in ${runs}, because ${wanted} (XDG_RUNTIME_DIR) is not there or too long for a socket`,
        'point XDG_RUNTIME_DIR to a directory with a shorter path',
      )
    return ok(`in ${runs}`)
  },
}
