import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { DebugPort } from '../../../../src/pool/debug/debugPort.ts'
import { disconnect, terminated, withoutEnds } from '../../../../src/pool/debug/messages.ts'
import { nextStep } from '../../../../src/pool/debug/nextStep.ts'
import { RunEvents } from '../../../../src/pool/run/events.ts'

test.each([
  [{ isHeld: true, attached: 'at work', waits: false }, 'join'],
  [{ isHeld: false, attached: 'idle', waits: false }, 'send back'],
  [{ isHeld: false, attached: 'at work', waits: true }, 'go on'],
  [{ isHeld: false, attached: 'nowhere', waits: true }, 'wait'],
  [{ isHeld: false, attached: 'nowhere', waits: false }, 'go on'],
] as const)('a worker before its first call, if %j: %s', (facts, step) => {
  expect(nextStep(facts)).toBe(step)
})

test('the end of a worker is hidden from the client, in chunks of any size', () => {
  const kept = ['{"event":"stopped"}', `{"text":"${'é'.repeat(600)} \\"event\\":\\"exited\\""}`].map(message)
  const sent = Buffer.from([kept[0], terminated(false), message('{"event": "exited"}'), kept[1]].join(''))
  for (const size of [1, 7, sent.length]) {
    const filter = withoutEnds()
    for (let at = 0; at < sent.length; at += size) filter.write(sent.subarray(at, at + size))
    expect(filter.read().toString()).toBe(kept.join(''))
  }
})

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

test('an editor follows the tests from worker to worker, and after it has left, none waits', async () => {
  const { port, events } = await openPort(true)
  const first = await workerOf('w1')
  lease(events, 'granted', 'w1')
  port.ask(first)
  const editor = await attach(port)
  editor.write('hello')
  expect(await first.received('hello')).toBe(true)

  // A second worker of the same test.
  const beside = await workerOf('w2')
  port.begun('run', 'w1')
  port.ask(beside)
  expect(beside.goOn).toHaveBeenCalledOnce()

  // The worker of the next test.
  lease(events, 'closed', 'w1')
  const second = await workerOf('w3')
  lease(events, 'granted', 'w3')
  port.ask(second)
  expect(await read(editor)).toBe(terminated(true))
  expect(await first.received(disconnect())).toBe(true)
  const again = await attach(port)
  again.write('again')
  expect(await second.received('again')).toBe(true)
  expect(second.goOn).not.toHaveBeenCalled()
  port.begun('run', 'w3')

  again.destroy()
  expect(await second.received(disconnect())).toBe(true)
  const third = await workerOf('w4')
  port.ask(third)
  expect(third.goOn).toHaveBeenCalledOnce()
})

test('an editor that leaves between two workers is not waited for', async () => {
  const { port, events } = await openPort(true)
  const first = await workerOf('w1')
  lease(events, 'granted', 'w1')
  port.ask(first)
  const editor = await attach(port)
  editor.write('hello')
  await first.received('hello')
  port.begun('run', 'w1')
  first.end()
  lease(events, 'closed', 'w1')
  await sleep(50)
  editor.end(disconnect())
  await once(editor, 'close')
  const second = await workerOf('w2')
  port.ask(second)
  expect(second.goOn).toHaveBeenCalledOnce()
})

test('an editor that comes early is held, and gets the end of the run', async () => {
  const { port } = await openPort(false)
  const editor = await attach(port)
  const worker = await workerOf('w1')
  // The port has it by now.
  await sleep(50)
  port.ask(worker)
  await vi.waitFor(() => expect(worker.connections).toBe(1), 10_000)
  port.close()
  expect(await read(editor)).toBe(terminated(false))
})

test('an editor that leaves before it has begun does not end the wait', async () => {
  const { port, said } = await openPort(true)
  const worker = await workerOf('w1')
  port.ask(worker)
  const probe = await attach(port)
  await vi.waitFor(() => expect(worker.connections).toBe(1), 10_000)
  probe.destroy()
  await attach(port)
  await vi.waitFor(() => expect(worker.connections).toBe(2), 10_000)
  expect(worker.goOn).not.toHaveBeenCalled()
  expect(said).not.toHaveBeenCalled()
})

test('a test that waits for an editor says so after a second', async () => {
  const { port, events, said } = await openPort(true)
  lease(events, 'granted', 'w1')
  port.ask(await workerOf('w1'))
  await vi.waitFor(() => expect(said).toHaveBeenCalledOnce(), 10_000)
  expect(said).toHaveBeenCalledWith(`"adds" waits for a debugger on 127.0.0.1:${port.port}.`)
})

test('a port that is taken is refused', async () => {
  const { port } = await openPort(true)
  await expect(DebugPort.open(port.port, true, () => {})).rejects.toThrow('EADDRINUSE')
})

async function openPort(waits: boolean) {
  const said = vi.fn()
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port: number } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')
  const port = await DebugPort.open(number, waits, said)
  const events = new RunEvents('run')
  port.follow(events)
  open.push(port)
  return { port, events, said }
}

/** A worker whose debugger records what it receives. */
async function workerOf(id: string) {
  let text = ''
  const sockets: Socket[] = []
  const worker = {
    runId: 'run',
    id,
    port: 0,
    goOn: vi.fn(),
    connections: 0,
    end: () => sockets.splice(0).forEach((socket) => void socket.destroy()),
    received: (part: string) =>
      vi.waitFor(() => text.includes(part) || Promise.reject(new Error(text)), 10_000),
  }
  const server: Server = createServer((socket) => {
    worker.connections += 1
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (data) => {
      text += data
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  worker.port = (server.address() as AddressInfo).port
  open.push(server)
  return worker
}

async function attach({ port }: DebugPort): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  open.push({ close: () => socket.destroy() })
  return socket
}

/** Everything that a client gets until its end. */
async function read(socket: Socket): Promise<string> {
  let text = ''
  for await (const data of socket) text += data
  return text
}

function lease(events: RunEvents, event: 'granted' | 'closed', worker: string): void {
  events.emit({ topic: 'lease', event, worker, file: 'sums.test.ts', test: 'adds' })
}

function message(body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
