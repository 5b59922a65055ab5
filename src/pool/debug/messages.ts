import { Transform } from 'node:stream'

/** The event of the Debug Adapter Protocol that ends a session. @param restart asks the client to attach again */
export function terminated(restart: boolean): string {
  return frame({ type: 'event', event: 'terminated', body: restart ? { restart } : {} })
}

/** The request by which a client leaves. Python goes on, even if it had stopped. */
export function disconnect(): string {
  return frame({ type: 'request', command: 'disconnect', arguments: { terminateDebuggee: false } })
}

function frame(message: object): string {
  const body = JSON.stringify({ seq: 0, ...message })
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** Drops the events by which a worker ends the session: another worker may go on with it. */
export function withoutEnds(): Transform {
  let unread = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unread = Buffer.concat([unread, chunk])
      for (let end = endOfMessage(unread); end !== undefined; end = endOfMessage(unread)) {
        const message = unread.subarray(0, end)
        if (!isEnd(message)) this.push(message)
        unread = unread.subarray(end)
      }
      done()
    },
  })
}

/** `undefined` if the first message is not complete. */
function endOfMessage(data: Buffer): number | undefined {
  const head = data.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = /Content-Length: *(\d+)/i.exec(data.toString('latin1', 0, head))?.[1] ?? '0'
  const end = head + 4 + Number(length)
  return end <= data.length ? end : undefined
}

function isEnd(message: Buffer): boolean {
  // An event that ends a session is short, so longer messages needn't be searched.
  if (message.length > 500) return false
  return /"event": *"(terminated|exited)"/.test(message.toString('latin1'))
}
