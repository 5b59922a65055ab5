import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { localSite } from '../../../src/pool/places/localSite.ts'
import type { ArmedPlace, Place } from '../../../src/pool/places/place.ts'
import { ControlSocket } from '../../../src/pool/python/control.ts'
import { Reaper } from '../../../src/pool/python/reaper/reaper.ts'
import { ReaperLines, type ReaperLink } from '../../../src/pool/python/reaper/reaperLines.ts'
import type { Run } from '../../../src/pool/run/run.ts'
import { PROTOCOL } from '../../../src/process/run/protocol.ts'
import type { Exit } from '../../../src/process/system/exit.ts'
import type { JsonLine } from '../../../src/support/jsonLines.ts'

const DRIVER = fileURLToPath(new URL('./simulatedDriver.js', import.meta.url))

/** This machine, with a reaper that starts nothing but the simulated driver. The control socket is real. */
export class SimulatedPlace implements Place {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async arm(): Promise<ArmedPlace> {
    const control = await ControlSocket.listen(this.#run.controlPath, this.#run.token)
    const reaper = await Reaper.connect(new ReaperLines((receive) => new SimulatedReaper(receive)))
    const installation = { executable: 'python', version: '3.11.0', overlay: null }
    return { reaper, control, installation, site: localSite(this.#run), record: () => {} }
  }
}

class SimulatedReaper implements ReaperLink {
  readonly ended = new Promise<Exit>(() => {})
  readonly #receive: (line: JsonLine) => void

  constructor(receive: (line: JsonLine) => void) {
    this.#receive = receive
    const marks = { limits: [], subreaper: true, cgroup: null }
    setImmediate(() =>
      receive({ event: 'armed', protocol: PROTOCOL, pid: process.pid, startTime: '1', ...marks }),
    )
  }

  send({ op, id, program, config }: JsonLine): void {
    if (op !== 'spawn' || program !== 'driver')
      throw new Error(`The simulated reaper starts no ${String(program)}, and does no ${String(op)}.`)
    const driver = fork(DRIVER, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    driver.send(config as object)
    driver.once('exit', (status, signal) => this.#receive({ event: 'exited', id, status, signal }))
    this.#receive({ event: 'spawned', id, pid: driver.pid, startTime: '1' })
  }

  printed(): string {
    return ''
  }

  async abandon(): Promise<void> {}
}
