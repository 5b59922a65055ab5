import { statfsSync } from 'node:fs'
import { type Check, ok, warning } from './check.ts'

/** What Docker gives a container; one batch of arrays between processes fills it. */
const SMALL = 64 * 1024 * 1024

/** Bytes that are free in /dev/shm; `undefined` where it is not there. */
export const sharedMemoryCheck: Check<number | undefined> = {
  name: '/dev/shm',
  only: 'linux',
  gather() {
    try {
      const { bavail, bsize } = statfsSync('/dev/shm')
      return bavail * bsize
    } catch {
      return undefined
    }
  },
  judge(free) {
    if (free === undefined)
      return warning('not there', 'mount a tmpfs: multiprocessing and shared arrays of Python need it')
    const found = `${Math.round(free / 1024 / 1024)} MiB free`
    return free > SMALL ? ok(found) : warning(found, 'raise it, as by docker run --shm-size=1g')
  },
}
