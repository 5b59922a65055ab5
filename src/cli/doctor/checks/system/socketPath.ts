import { dirname } from 'node:path'
import { listRunDirectories, runsDirectory } from '../../../../process/run/runDirectory.ts'
import { type Check, ok, problem, warning } from '../check.ts'

export interface SocketPathFacts {
  /** The directory of this user's runs. */
  runs: string
  wanted: string | undefined
  /** Why the directory cannot be trusted. */
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
    if (unsafe !== undefined) return problem(unsafe, 'delete it, or set XDG_RUNTIME_DIR to another directory')
    if (wanted && dirname(runs) !== wanted.replace(/\/+$/, ''))
      return warning(
        `in ${runs}, because ${wanted} (XDG_RUNTIME_DIR) does not exist or is too long for a socket`,
        'set XDG_RUNTIME_DIR to a directory with a shorter path',
      )
    return ok(`in ${runs}`)
  },
}
