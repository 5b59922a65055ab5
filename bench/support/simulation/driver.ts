// Stands in for the driver of a cluster: its nodes are simulated, its lines and its connection to main are real.
import { connect } from 'node:net'
import { PROTOCOL } from '../../../src/process/run/protocol.ts'
import { type JsonLine, readLines, writeLine } from '../../../src/support/jsonLines.ts'
import { MEASURED } from './delays.ts'
import { SimulatedNode } from './simulatedNode.ts'

/** Numbers of a node's processes, so that each pid is unique. */
const PIDS = 1_000_000

/** The part of a program's configuration that is used here. */
interface Config {
  id: string
  token: string
  control: string
}

process.once('message', ({ id, token, control }: Config) => {
  const socket = connect(control)
  const send = (line: JsonLine) => writeLine(socket, line)
  const nodes = new Map<number, SimulatedNode>()
  const later = (delay: number, act: () => void) => void setTimeout(act, delay)
  send({ hello: 'vitest-python', protocol: PROTOCOL, role: 'driver', id, token })
  send({ event: 'ready', clusterId: 'simulated', session: 'simulated', ray: 'none' })

  function place(node: number, tree: unknown): void {
    const simulated = new SimulatedNode((node + 1) * PIDS, MEASURED, (from, line) =>
      later(MEASURED.line, () => send({ event: 'line', node, from, line })),
    )
    nodes.set(node, simulated)
    const facts = {
      ip: `10.0.0.${node + 1}`,
      directory: '/simulated',
      root: '/simulated',
      executable: 'python',
    }
    send({ event: 'placed', node, nodeId: `${node}`, tree, ...facts, version: '3.11.0', missing: [] })
    simulated.arm()
  }

  function end(): void {
    for (const node of nodes.keys())
      send({ event: 'ended', node, ip: '', orphans: [], cleanSweeps: 2, problem: null })
    send({ event: 'verdict', problem: null })
  }

  const receive = (line: JsonLine) => {
    const node = Number(line['node'])
    if (line['op'] === 'place') later(MEASURED.place, () => place(node, line['tree']))
    else if (line['op'] === 'line')
      later(MEASURED.line, () => nodes.get(node)?.receive(String(line['to']), line['line'] as JsonLine))
    else if (line['op'] === 'end') end()
    else if (line['op'] === 'exit') process.exit()
  }
  readLines(socket, receive, (problem) => {
    throw new Error(problem)
  })
  socket.on('close', () => process.exit())
})
