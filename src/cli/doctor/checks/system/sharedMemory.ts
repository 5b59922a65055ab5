import { statfsSync } from 'node:fs'
import { type Check, ok, warning } from '../check.ts'

/** Docker's default size. A single batch of arrays between processes can fill it. */
const DOCKER_DEFAULT = 64 * 1024 * 1024

/** Free bytes in /dev/shm; `undefined` if it does not exist. */
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
      return warning('does not exist', 'mount a tmpfs: multiprocessing and shared arrays need it')
    const found = `${Math.round(free / 1024 / 1024)} MiB free`
    return free > DOCKER_DEFAULT
      ? ok(found)
      : warning(found, 'raise it, for example by docker run --shm-size=1g')
  },
}
