import { readFileSync } from 'node:fs'
import { atMost, type Figure } from '../harness/figure.ts'
import { median } from '../harness/statistics.ts'
import { startBareServer } from '../support/bareServer.ts'
import { BenchRun } from '../support/run.ts'

const WORKERS = 8

/** Memory of an idle worker, counting its share of the pages that it shares with others (PSS). */
export const memory: Figure = {
  id: 'P9',
  async measure() {
    const run = await BenchRun.open({ spares: 0 })
    const servers = await Promise.all(Array.from({ length: 2 }, startBareServer))
    const pool = run.test()
    try {
      const clients = await Promise.all(Array.from({ length: WORKERS }, () => pool.lease()))
      await Promise.all(clients.map((client) => client.call('work.echo', [1])))
      const figure = median(clients.map(({ pid }) => proportionalMegabytes(pid)))
      const baseline = median(servers.map(({ pid }) => proportionalMegabytes(pid)))
      return [
        {
          what: 'idle worker with numpy, PSS',
          figure,
          unit: 'MB',
          baseline: { what: 'spawned', figure: baseline },
          targets: [atMost(figure, 6, 'MB')],
        },
      ]
    } finally {
      await pool.releaseAll()
      await Promise.all([run.stop(), ...servers.map((server) => server.stop())])
    }
  },
}

/** Counts the process's share of shared pages, as the kernel does. */
export function proportionalMegabytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
