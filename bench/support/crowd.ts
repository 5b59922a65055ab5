import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Starts sleeping processes until the machine has this many. The returned function kills them. */
export async function crowd(total: number): Promise<() => Promise<void>> {
  const missing = Math.max(0, total - countProcesses())
  // In their own process group, so that one signal ends all of them.
  const shell = spawn('sh', ['-c', `for n in $(seq ${missing}); do sleep 300 & done; wait`], {
    detached: true,
    stdio: 'ignore',
  })
  while (countProcesses() < total) await sleep(20)
  return async () => {
    const ended = once(shell, 'exit')
    process.kill(-(shell.pid as number), 'SIGKILL')
    await ended
  }
}

function countProcesses(): number {
  return readdirSync('/proc').filter((name) => Number(name) > 0).length
}
