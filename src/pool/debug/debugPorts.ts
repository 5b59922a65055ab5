import { DebugPort } from './debugPort.ts'

/** The ports of a runner. All of its pools share a port of the same number. */
export class DebugPorts {
  readonly #ports = new Map<number, DebugPort>()

  /** Opens a port, unless it is open. Parameters and errors are those of {@link DebugPort.open}. */
  async open(...[port, waits, announce]: Parameters<typeof DebugPort.open>): Promise<void> {
    if (!this.#ports.has(port)) this.#ports.set(port, await DebugPort.open(port, waits, announce))
  }

  get(port: number | undefined): DebugPort | undefined {
    return port === undefined ? undefined : this.#ports.get(port)
  }

  close(): void {
    for (const port of this.#ports.values()) port.close()
    this.#ports.clear()
  }
}
